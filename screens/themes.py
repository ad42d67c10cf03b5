"""Four looks: dark, light, high contrast, and the terminal's own colours.

One accent, one warning, one danger, and dim for what is settled; every state is told by a word
as well (SCREENS, "Rules of the eye").
"""

from typing import Final

from textual.theme import Theme

DEFAULT: Final = "desk-dark"


def _theme(
    name: str,
    *,
    dark: bool,
    ground: str,
    text: str,
    dim: str,
    frame: str,
    accent: str,
    warning: str,
    danger: str,
    row: str,
    row_blurred: str,
    field: str,
) -> Theme:
    return Theme(
        name=name,
        primary=accent,
        secondary=accent,
        accent=accent,
        warning=warning,
        error=danger,
        success=accent,
        foreground=text,
        background=ground,
        surface=ground,
        panel=ground,
        boost=ground,
        dark=dark,
        text_alpha=1.0,
        variables={
            "dim": dim,
            "frame": frame,
            "row": row,
            "row-blurred": row_blurred,
            "row-style": "none",
            "field": field,
            "scrollbar": frame,
            "scrollbar-hover": dim,
            "scrollbar-active": accent,
            "scrollbar-background": ground,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
            "scrollbar-corner-color": ground,
            "block-cursor-background": row,
            "block-cursor-foreground": text,
            "block-cursor-text-style": "none",
            "input-cursor-background": accent,
            "input-cursor-foreground": ground,
            "input-selection-background": row,
            "screen-selection-background": row,
        },
    )


_THEMES: Final = (
    _theme(
        "desk-dark",
        dark=True,
        ground="#14171c",
        text="#d7dae0",
        dim="#828a97",
        frame="#3a414d",
        accent="#6cb6d9",
        warning="#dfb25a",
        danger="#ef7d73",
        row="#28394a",
        row_blurred="#20262f",
        field="#1d222a",
    ),
    _theme(
        "desk-light",
        dark=False,
        ground="#fbfaf7",
        text="#23272e",
        dim="#6a717c",
        frame="#c6c8cb",
        accent="#1a6a96",
        warning="#8a5a00",
        danger="#b3261e",
        row="#d5e6f0",
        row_blurred="#ebebe8",
        field="#f0efea",
    ),
    _theme(
        "desk-contrast",
        dark=True,
        ground="#000000",
        text="#ffffff",
        dim="#d0d0d0",
        frame="#ffffff",
        accent="#00e5ff",
        warning="#ffe100",
        danger="#ff8a80",
        row="#00408c",
        row_blurred="#303030",
        field="#1a1a1a",
    ),
    Theme(
        name="desk-terminal",
        ansi=True,
        primary="ansi_cyan",
        secondary="ansi_cyan",
        accent="ansi_cyan",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_cyan",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables={
            "dim": "ansi_bright_black",
            "frame": "ansi_bright_black",
            "row": "ansi_default",
            "row-blurred": "ansi_default",
            "row-style": "reverse",
            "field": "ansi_default",
            "ansi-background": "ansi_black",
            "ansi-foreground": "ansi_white",
            "border-blurred": "ansi_bright_black",
            "block-cursor-foreground": "ansi_black",
            "block-cursor-background": "ansi_cyan",
            "input-cursor-background": "ansi_default",
            "input-cursor-foreground": "ansi_default",
            "input-cursor-text-style": "reverse",
            "input-selection-background": "ansi_cyan",
            "input-selection-foreground": "ansi_black",
            "screen-selection-background": "ansi_cyan",
            "screen-selection-foreground": "ansi_black",
            "scrollbar": "ansi_bright_black",
            "scrollbar-hover": "ansi_cyan",
            "scrollbar-active": "ansi_cyan",
            "scrollbar-background": "ansi_default",
            "scrollbar-background-hover": "ansi_default",
            "scrollbar-background-active": "ansi_default",
            "scrollbar-corner-color": "ansi_default",
        },
    ),
)

THEMES: Final = {theme.name: theme for theme in _THEMES}

DEFAULTS: Final = {
    "dim": "#828a97",
    "frame": "#3a414d",
    "row": "#28394a",
    "row-blurred": "#20262f",
    "row-style": "none",
    "field": "#1d222a",
}
"""Variables that Textual's own themes lack."""
