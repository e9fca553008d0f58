"""The rules of every verb and noun, one module per group; `verb.VERBS` has what may stand under `<Response>`."""
