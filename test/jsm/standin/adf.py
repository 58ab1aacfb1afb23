"""Atlassian Document Format, as far as a stand-in needs it: is it one, and what does it say."""
import html

NODES = {"doc", "paragraph", "text", "panel", "heading", "bulletList", "orderedList", "listItem", "table", "tableRow",
         "tableCell", "tableHeader", "codeBlock", "blockquote", "rule", "hardBreak", "mention", "emoji", "inlineCard",
         "expand", "nestedExpand", "status", "date", "taskList", "taskItem", "mediaSingle", "media", "decisionList",
         "decisionItem", "blockCard", "layoutSection", "layoutColumn", "mediaGroup"}
BLOCKS = {"paragraph", "heading", "listItem", "panel", "tableRow", "codeBlock", "blockquote", "expand", "taskItem"}


def is_document(value):
    return (isinstance(value, dict) and value.get("type") == "doc" and value.get("version") == 1
            and isinstance(value.get("content"), list) and all(_is_node(n, 1) for n in value["content"]))


def _is_node(node, depth):
    if depth > 32 or not isinstance(node, dict) or node.get("type") not in NODES:
        return False
    if node["type"] == "text":  # an empty text node is refused by Jira
        return isinstance(node.get("text"), str) and node["text"] != ""
    content = node.get("content", [])
    return isinstance(content, list) and all(_is_node(n, depth + 1) for n in content)


def of_text(text):
    blocks = [{"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []}
              for line in text.split("\n")]
    return {"type": "doc", "version": 1, "content": blocks}


def text(node):
    """Plain words, one line a block: what webhooks and version 2 of the API carry."""
    if node is None:
        return ""
    if node["type"] == "text":
        return node["text"]
    if node["type"] == "hardBreak":
        return "\n"
    if node["type"] in ("mention", "emoji", "status"):
        return str(node.get("attrs", {}).get("text", ""))
    inner = "".join(text(child) for child in node.get("content", []))
    if node["type"] in ("expand", "nestedExpand") and node.get("attrs", {}).get("title"):
        inner = f"{node['attrs']['title']}\n{inner}"
    if node["type"] == "doc":
        return inner.rstrip("\n")
    return inner + "\n" if node["type"] in BLOCKS else inner


_TAGS = {"paragraph": "p", "bulletList": "ul", "orderedList": "ol", "listItem": "li", "table": "table",
         "tableRow": "tr", "tableCell": "td", "tableHeader": "th", "codeBlock": "pre", "blockquote": "blockquote"}
_COLOURS = {"green": "done", "blue": "indeterminate", "red": "removed", "yellow": "moved", "purple": "moved"}  # of style.css
_MARKS = {"strong": "b", "em": "i", "code": "code", "strike": "s", "underline": "u"}


def to_html(node):
    """For the pages; everything that came from outside is escaped."""
    if node is None:
        return ""
    kind, attrs = node["type"], node.get("attrs", {})
    if kind == "text":
        out = html.escape(node["text"])
        for mark in node.get("marks", []):
            tag = _MARKS.get(mark.get("type"))
            out = f"<{tag}>{out}</{tag}>" if tag else out
        return out
    if kind == "hardBreak":
        return "<br>"
    if kind == "rule":
        return "<hr>"
    if kind in ("mention", "emoji", "status"):
        look = _COLOURS.get(attrs.get("color"), "new") if kind == "status" else ""
        return f"<span class='lozenge {look}'>{html.escape(str(attrs.get('text', '')))}</span>"
    inner = "".join(to_html(child) for child in node.get("content", []))
    if kind == "panel":
        look = attrs.get("panelType")
        look = look if look in ("info", "note", "warning", "error", "success") else "info"
        return f"<div class='panel {look}'>{inner}</div>"
    if kind == "heading":
        level = attrs.get("level") if attrs.get("level") in range(1, 7) else 3
        return f"<h{level}>{inner}</h{level}>"
    if kind in ("expand", "nestedExpand"):
        return f"<details><summary>{html.escape(str(attrs.get('title', '')))}</summary>{inner}</details>"
    tag = _TAGS.get(kind)
    return f"<{tag}>{inner}</{tag}>" if tag else inner
