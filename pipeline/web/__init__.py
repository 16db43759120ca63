"""The web app: worklist, patient, population, quality and runs, as server-rendered pages. The only
package that imports FastAPI."""

from pipeline.web.app import create_app
from pipeline.web.server import serve, standalone

__all__ = ["create_app", "serve", "standalone"]
