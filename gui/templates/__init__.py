"""Ready-made projects: what there is, and the gallery to choose one from."""

from gui.templates.catalogue import Family, Template, families, templates
from gui.templates.gallery import Gallery

__all__ = ["Family", "Gallery", "Template", "families", "templates"]
