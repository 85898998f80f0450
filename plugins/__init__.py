"""The domain and the edges, on public hooks of the runtime: one folder a plugin. None is part of this release yet."""
