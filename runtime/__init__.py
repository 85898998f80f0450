"""The machine that executes a Model: database, tenants, revisions, records, imports, jobs, sign-in, HTTP."""
