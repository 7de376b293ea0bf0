module slipway.invalid/toolchain/traefik

go 1.26.0

require github.com/traefik/traefik/v3 v3.6.25
