"""The public face: REST, WebSocket, OpenAPI and the pages' files. Decides nothing about calls; asks the engine."""
