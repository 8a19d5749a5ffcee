"""Who calls the local DLI: its identity service, and the check of every request.

- `identity`: the one account, its projects, password and keys
- `keystone`: the endpoints that issue tokens and temporary keys
- `tokens`: the tokens and temporary keys that were issued
- `access`: the check of a request, by its token or its signature
- `signature`: the check of a signature
"""
