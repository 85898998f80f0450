"""The HTTP API and the pages: Litestar routes on top of the runtime."""
