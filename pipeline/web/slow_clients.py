"""What the stand-alone server allows a client that sends slowly, or opens many connections."""

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10  # from a connection, or the answer before, to the end of a request's headers
HEAD_BYTES = 32 * 1024
CONNECTIONS = 500  # beyond these the answer is 503


class Impatient(H11Protocol):
    """uvicorn's own, which waits for ever for the headers of a request, with a deadline for them;
    httptools also sets no limit on their size. A body that is not read has the same deadline."""

    def connection_made(self, transport):
        super().connection_made(transport)
        self._wait()

    def data_received(self, data):
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self.overdue.cancel()

    def on_response_complete(self):
        self.overdue.cancel()
        self._wait()
        super().on_response_complete()

    def connection_lost(self, exc):
        self.overdue.cancel()
        super().connection_lost(exc)

    def _wait(self):
        self.overdue = self.loop.call_later(HEAD_SECONDS, self.transport.abort)


def config(app, **more):
    """The configuration of a uvicorn server with these limits."""
    return uvicorn.Config(
        app,
        http=Impatient,
        ws="none",
        h11_max_incomplete_event_size=HEAD_BYTES,
        limit_concurrency=CONNECTIONS,
        **more,
    )
