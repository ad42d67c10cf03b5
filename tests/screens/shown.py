"""What stands on the screen, as text."""

from screens.app import Desk


def shown(desk: Desk) -> str:
    """The rows of the page in sight."""
    strips = desk.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)
