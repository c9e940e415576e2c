from autoloop.api import Workspace as Workspace

__version__: str
