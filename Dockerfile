# The serving image: the service and its locked dependencies. No model, no secret, no build tools.
# Any base with python3 and its venv module will do; both stages need the same one.
ARG BASE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN mkdir /models && python3 -m venv /opt/venv
# Dependencies change rarely and weigh a gigabyte, so they come first. The list is complete (see its head), hence
# --no-deps. TensorFlow's C++ headers (240 MB) are of use to compilers only, and pip to nobody in a pod.
COPY service/requirements.txt service/requirements.txt
RUN /opt/venv/bin/pip install --no-deps --require-hashes --only-binary :all: -r service/requirements.txt \
    && rm -rf /opt/venv/lib/python3*/site-packages/tensorflow/include \
    && /opt/venv/bin/pip uninstall --yes pip
# The code comes last, so a change of it pushes kilobytes. Its bytecode is made here, because a pod's root file
# system is read-only, and from the content, because times differ between checkouts.
COPY modelstore modelstore
COPY service service
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash modelstore service

FROM ${BASE}
# The base's own pip, and what would install it again: in its places in the official image, and in Debian's.
RUN rm -rf /usr/local/bin/pip* /usr/local/bin/wheel /usr/local/lib/python3*/site-packages/* \
    /usr/local/lib/python3*/ensurepip /usr/lib/python3*/ensurepip /usr/share/python-wheels
LABEL org.opencontainers.image.title="slipway-service" \
      org.opencontainers.image.description="Serves one TensorFlow model over HTTP" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/venv/bin:${PATH} PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /opt/venv /opt/venv
COPY --from=build --chown=10001:10001 /models /models
COPY --from=build /app /app
WORKDIR /app
USER 10001:10001
EXPOSE 8000 8001
HEALTHCHECK --interval=30s --timeout=3s --start-period=40s --retries=3 \
    CMD ["/opt/venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=2)"]
ENTRYPOINT ["/opt/venv/bin/python", "-m", "service"]
