"""One set of settings for both languages: ``sphinx-build -c docs -D language=vi docs/vi build/docs/vi``."""

import sys
from pathlib import Path

from docutils.utils.smartquotes import smartchars
from sphinx.application import Sphinx
from sphinx.config import Config

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

project = "chitieu"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "examples", "from_toml", "mathml"]
nitpicky = True
# Types of signatures are written as in the code, not as links: most are names of other libraries.
nitpick_ignore_regex = [("py:.*", r"(?!chitieu).*|chitieu(\.\w+)*\._\w+\.\w+")]

myst_enable_extensions = ["attrs_block", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "exclude-members": "__new__, __init__"}
napoleon_google_docstring = True
napoleon_use_rtype = False
napoleon_use_param = True
napoleon_use_ivar = True
python_display_short_literal_types = True
add_module_names = False
toc_object_entries_show_parents = "hide"

# Nothing is asked from another host: no web font, no script, no link to where a page is edited.
html_theme = "furo"
html_theme_options = {"top_of_page_buttons": []}
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["guide.css"]
html_domain_indices = False
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
# Words of the theme and of Sphinx that its own Vietnamese catalogue lacks.
locale_dirs = [str(HERE / "locale")]

# docutils knows no quotation marks of Vietnamese, and then leaves dashes as they are typed.
smartchars.quotes.setdefault("vi", "“”‘’")


def in_language(app: Sphinx, config: Config) -> None:
    """Set what depends on the language, which is known only now."""
    import chitieu as ct

    config.html_title = f"chitieu {ct.__version__}"
    ct.set_language(config.language)


def without_native(app: Sphinx, what: str, name: str, obj: object, options: object, signature: str | None, *_: object):
    """Show no signature of classes that only the library itself makes."""
    return ("", None) if what == "class" and "_native" in (signature or "") else None


def as_it_is(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Keep napoleon from taking what is before a colon, in the first line of a property, for its type."""
    if what == "property":
        lines[:0] = ["..", ""]  # an empty comment


def setup(app: Sphinx) -> None:
    """Connect what the settings need."""
    app.connect("config-inited", in_language)
    app.connect("autodoc-process-signature", without_native)
    app.connect("autodoc-process-docstring", as_it_is, priority=400)
