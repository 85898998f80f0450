"""The handlers, one module an area; each is thin: it reads the request, calls the runtime, and answers with bytes."""
