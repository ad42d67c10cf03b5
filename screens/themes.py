"""Five looks: dark, light, high contrast, the terminal's own colours, and none at all.

One accent, one warning, one danger, and dim for what is settled; every state is told by a word
as well (SCREENS, "Rules of the eye").
"""

from typing import Final

from textual.theme import Theme

from caseworker.locale import mark

DEFAULT: Final = "desk-dark"
PLAIN: Final = "desk-plain"
"""Without a colour: for NO_COLOR, and for terminals that have none."""


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


_NONE: Final = "ansi_default"


def _ansi(name: str, **colours: str) -> Theme:
    """A look from the terminal's own palette: the cursor's row is shown reversed."""
    dim, accent, warning, danger, ink = (
        colours.get(part, _NONE) for part in ("dim", "accent", "warning", "danger", "ink")
    )
    return Theme(
        name=name,
        ansi=True,
        primary=accent,
        secondary=accent,
        accent=accent,
        warning=warning,
        error=danger,
        success=accent,
        foreground=_NONE,
        background=_NONE,
        surface=_NONE,
        panel=_NONE,
        boost=_NONE,
        variables={
            "dim": dim,
            "frame": dim,
            "row": _NONE,
            "row-blurred": _NONE,
            "row-style": "reverse",
            "field": _NONE,
            "ansi-background": "ansi_black",
            "ansi-foreground": "ansi_white",
            "border-blurred": dim,
            "block-cursor-foreground": ink,
            "block-cursor-background": accent,
            "input-cursor-background": _NONE,
            "input-cursor-foreground": _NONE,
            "input-cursor-text-style": "reverse",
            "input-selection-background": accent,
            "input-selection-foreground": ink,
            "screen-selection-background": accent,
            "screen-selection-foreground": ink,
            "scrollbar": dim,
            "scrollbar-hover": accent,
            "scrollbar-active": accent,
            "scrollbar-background": _NONE,
            "scrollbar-background-hover": _NONE,
            "scrollbar-background-active": _NONE,
            "scrollbar-corner-color": _NONE,
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
    _ansi(
        "desk-terminal",
        dim="ansi_bright_black",
        accent="ansi_cyan",
        warning="ansi_yellow",
        danger="ansi_red",
        ink="ansi_black",
    ),
    _ansi(PLAIN),
)

LOOKS: Final = {
    "dark": mark("dark"),
    "light": mark("light"),
    "contrast": mark("high contrast"),
    "terminal": mark("the terminal's own colours"),
    "plain": mark("no colours"),
}
"""What a person calls a look, and what the desk calls it in words; `desk-` stands before both."""

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
