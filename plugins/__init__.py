"""The domain and the edges, on the public hooks of the runtime: one folder a plugin. None is part of this release yet."""
