"""What Ringback serves over HTTP: recordings as Twilio's REST API gives them, `/health` and `/metrics`.

Public names (module in brackets):
- `create_app(services: ApiServices) -> FastAPI` [app]
- `ApiServices` [services]: what the routes need, nothing else.
- `HttpServer(app, host=..., port=...)` [server]: `await start()`, `.host .port .url`, `await stop(grace_seconds)`.
- `ApiError` [errors]: an error in Twilio's body.
"""
