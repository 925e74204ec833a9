"""What the label guide settles about predicted spans, whatever the model thinks of their edges.

A model that tags words may find «[нефтяной] и [газовой отраслей]» where the guide asks for one span. Where
the guide leaves no choice, a rule decides. The rules are for models whose `ie.json` says that their labels
follow this version of the guide; labels of one's own are left as the model gives them.
"""

from .rules import follow

GUIDELINES = "1.2"
"""The version of the label guide that the conventions are those of."""

__all__ = ["GUIDELINES", "follow"]
