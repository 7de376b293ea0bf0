// Pulumi-resource-kubernetes is Pulumi's own kubernetes plugin: its module's provider and schema, under the version of
// the release that they are the source of. It differs in one thing: it ends with its engine.
package main

import (
	"bytes"
	_ "embed"
	"os"
	"strconv"
	"time"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// The toolchain copies both files from the module: what is embedded can't lie in another one.
//
//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var mapping []byte

// Set by the linker.
var version string

func main() {
	// Who started us says which process is the engine, so that none is missed that ends before we look.
	engine, err := strconv.Atoi(os.Getenv("SLIPWAY_ENGINE_PROCESS"))
	if err != nil {
		engine = os.Getppid()
	}
	go endWith(engine)
	// As upstream's release does, the schema says its version, too.
	name := []byte(`"name": "kubernetes",`)
	schema = bytes.Replace(schema, name, append(name, `"version": "`+version+`",`...), 1)
	provider.Serve("kubernetes", version, schema, mapping)
}

// endWith ends this process once its engine is gone: an update that nobody hears of must not go on. The plugin's own
// watch looks every five minutes, and lets calls finish that are under way.
func endWith(engine int) {
	for os.Getppid() == engine {
		time.Sleep(100 * time.Millisecond)
	}
	os.Exit(1)
}
