"""The server process: uvicorn, sockets, signals, start-up checks."""
