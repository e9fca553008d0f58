"""Runs TwiML on a call: a loop over documents and, inside, a loop over verbs.

Public names (module in brackets):
- `Interpreter(call, documents, reporter, callbacks, clock, limits, owns_number)` [interpreter]: `await run(first)`, a
  `DocumentRequest` or, for inline TwiML, a `LoadedDocument`, until the call is over. Redirects and actions are a loop
  with a limit (`Limits.max_documents`), never recursion.
- `Outcome` = `Continue | Goto(url, method, parameters) | Finished` [outcome]
- `DocumentSource` protocol [source]: `async fetch(request) -> LoadedDocument(url, body)`; raises `DocumentUnavailable`.
  `AppDocumentSource` is the real one over `webhooks.AppClient`, with the fallback URL rules F-01..F-06.
- `Reporter` protocol [report]: `report(Report)`: a warning or error with Twilio's code. `NotificationReporter` writes
  it to the log and makes a `NotificationRecord`.
- `Callbacks` protocol [run]: `send(url, method, parameters)`, never waits. `DeliveredCallbacks` [callbacks] is the real
  one over `webhooks.Delivery`.
- `verbs/`: one executor per verb, `async def execute(verb, run: Run) -> Outcome`, registered by node type in
  `verbs.EXECUTORS`. A verb declares what it needs of the call: `NEEDS_ANSWER` (twiml.md 1.2) or not.
- `CallWaiting` [waiting]: what a call hears while it waits in a conference or a queue (`run.Waiting`).
- `AccountApplications` [application]: the voice apps that `<Dial><Application>` can connect to (`run.Applications`).
- `LegScreening` [screening]: the `url` document of a dialled leg, as `DialTarget.screen`.
"""
