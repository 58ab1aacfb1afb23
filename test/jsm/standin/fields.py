"""Fields of a ticket: what Jira accepts for each, how it shows it, how it writes it into the history.

Inside a ticket a value is plain: text, an id, a list of ids, an ADF document or None.
"""
from . import adf, seed


class Bad(Exception):
    """The value cannot be set; the text is what Jira says under "errors"."""


class Field:
    custom = None
    schema = {"type": "string"}
    editable = True

    def __init__(self, field_id, name, options=()):
        self.id, self.name, self.options = field_id, name, options

    def parse(self, value, site):
        raise NotImplementedError

    def show(self, value, site, api):
        return value

    def words(self, value, site):
        """(from/to, fromString/toString) of a history item."""
        return None, (None if value is None else str(value))

    def describe(self):
        schema = dict(self.schema)
        if self.id.startswith("customfield_"):
            schema |= {"custom": self.custom, "customId": int(self.id[12:])}
        else:
            schema["system"] = self.id
        return schema


class Text(Field):
    custom = "com.atlassian.jira.plugin.system.customfieldtypes:textfield"

    def parse(self, value, site):
        if value is None:
            return None
        if not isinstance(value, str):
            raise Bad("Operation value must be a string")
        if len(value) > 255:
            raise Bad("The entered text is too long. It exceeds the allowed limit of 255 characters.")
        if "\n" in value or "\r" in value:
            raise Bad(f"The {self.name.lower()} is invalid because it contains newline characters.")
        return value or None


class Summary(Text):
    def parse(self, value, site):
        if not isinstance(value, str) or not value.strip():
            raise Bad("You must specify a summary of the issue.")
        if len(value) > 255:
            raise Bad("Summary must be less than 255 characters.")
        return super().parse(value.strip(), site)


class RichText(Field):
    def parse(self, value, site):
        if value is not None and not adf.is_document(value):
            raise Bad("Operation value must be an Atlassian Document (see the Atlassian Document Format)")
        return value

    def show(self, value, site, api):
        return value if api == "3" else (adf.text(value) if value else None)

    def words(self, value, site):
        return None, (adf.text(value) if value else None)


class Labels(Field):
    schema = {"type": "array", "items": "string"}

    def parse(self, value, site):
        if not isinstance(value, list) or not all(isinstance(label, str) for label in value):
            raise Bad("Operation value must be an array of strings")
        for label in value:
            if not label or any(c.isspace() for c in label):
                raise Bad(f"The label '{label}' contains spaces which is invalid.")
            if len(label) > 255:
                raise Bad(f"The label '{label}' exceeds the maximum length for a single label of 255 characters.")
        return sorted(set(value))

    def show(self, value, site, api):
        return value or []

    def words(self, value, site):
        return None, " ".join(value or [])


class Select(Field):
    custom = "com.atlassian.jira.plugin.system.customfieldtypes:select"
    schema = {"type": "option"}

    def option_id(self, text):
        """Ids are made from the field's number: 10050 has 105001, 105002, ..."""
        return self.id[12:] + f"{self.options.index(text) + 1:02d}"

    def text_of(self, option_id):
        return self.options[int(option_id[len(self.id) - 12:]) - 1]

    def parse(self, value, site):
        if value is None:
            return None
        if not isinstance(value, dict) or not {"id", "value"} & set(value):
            raise Bad(f"Specify a valid 'id' or 'name' for {self.name}")
        if "id" in value:
            known = {self.option_id(o) for o in self.options}
            if str(value["id"]) not in known:
                raise Bad(f"Option id '{value['id']}' is not valid")
            return str(value["id"])
        if value["value"] not in self.options:
            raise Bad(f"Option value '{value['value']}' is not valid")
        return self.option_id(value["value"])

    def show(self, value, site, api):
        if value is None:
            return None
        return {"self": f"{site.base}/rest/api/{api}/customFieldOption/{value}", "value": self.text_of(value),
                "id": value}

    def words(self, value, site):
        return (None, None) if value is None else (value, self.text_of(value))


class Choice(Field):
    """Priority and resolution: a list of the site."""

    def __init__(self, field_id, name, values):
        super().__init__(field_id, name)
        self.values, self.schema = values, {"type": field_id}

    def parse(self, value, site):
        if value is None and self.id == "resolution":
            return None
        if isinstance(value, dict):
            if str(value.get("id")) in self.values:
                return str(value["id"])
            for choice, name in self.values.items():
                if name == value.get("name"):
                    return choice
        raise Bad(f"Specify a valid 'id' or 'name' for {self.name.lower()}")

    def show(self, value, site, api):
        if value is None:
            return None
        shown = {"self": f"{site.base}/rest/api/{api}/{self.id}/{value}", "id": value, "name": self.values[value]}
        if self.id == "resolution":
            shown["description"] = ""
        else:
            shown["iconUrl"] = f"{site.base}/images/icons/priorities/{self.values[value].lower()}.svg"
        return shown

    def words(self, value, site):
        return (None, None) if value is None else (value, self.values[value])


class User(Field):
    custom = "com.atlassian.jira.plugin.system.customfieldtypes:userpicker"
    schema = {"type": "user"}

    def parse(self, value, site):
        if value is None:
            return None
        if not isinstance(value, dict):
            raise Bad("data was not an object")
        wanted = value.get("accountId", value.get("id"))
        if wanted is None:
            return None
        if wanted not in site.accounts_by_id:
            raise Bad(f"Specify a valid value for {self.name.lower()}")
        return wanted

    def show(self, value, site, api):
        return None if value is None else site.shown_user(value, api)

    def words(self, value, site):
        return (None, None) if value is None else (value, site.accounts_by_id[value].display)


class Users(User):
    custom = "com.atlassian.jira.plugin.system.customfieldtypes:multiuserpicker"
    schema = {"type": "array", "items": "user"}

    def parse(self, value, site):
        if value is None:
            return None
        if not isinstance(value, list):
            raise Bad("data was not an array")
        one = super().parse
        return [one(v, site) for v in value] or None

    def show(self, value, site, api):
        return None if value is None else [site.shown_user(v, api) for v in value]

    def words(self, value, site):
        if value is None:
            return None, None
        return str(value), ", ".join(site.accounts_by_id[v].display for v in value)


class RequestTypeField(Field):
    custom = "com.atlassian.servicedesk:vp-origin"
    schema = {"type": "sd-customerrequesttype"}

    def parse(self, value, site):
        if value is None:
            return None
        if value not in site.request_types:
            raise Bad(f"Request type '{value}' is not valid")
        return value

    def words(self, value, site):
        return (None, None) if value is None else (value, site.request_types[value].name)


class Sla(Field):
    custom = "com.atlassian.servicedesk:sd-sla-field"
    schema = {"type": "sd-servicelevelagreement"}
    editable = False


_KINDS = {"text": Text, "select": Select, "user": User, "users": Users, "vp-origin": RequestTypeField, "sla": Sla}


def catalogue():
    """Every field somebody may write, by id."""
    found = [
        Summary("summary", "Summary"), RichText("description", "Description"), Labels("labels", "Labels"),
        User("assignee", "Assignee"), User("reporter", "Reporter"),
        Choice("priority", "Priority", seed.PRIORITIES), Choice("resolution", "Resolution", seed.RESOLUTIONS),
    ]
    found += [_KINDS[kind](field_id, name, options) for field_id, (name, kind, options) in seed.CUSTOM_FIELDS.items()]
    return {f.id: f for f in found}


# Shown by GET /field besides those of the catalogue; Jira sets them itself.
SYSTEM = {"issuetype": ("Issue Type", "issuetype"), "project": ("Project", "project"), "status": ("Status", "status"),
          "created": ("Created", "datetime"), "updated": ("Updated", "datetime"), "creator": ("Creator", "user"),
          "resolutiondate": ("Resolved", "datetime"), "comment": ("Comment", "comments-page"),
          "statuscategorychangedate": ("Status Category Changed", "datetime")}


def parse_all(site, given, screen, operations=None):
    """(accepted values, {field: refusal}) of a `fields` object. operations: the `update` object, whose fields are only
    looked up here; `operate` carries them out."""
    wrong, values = {}, {}
    for field_id, value in (given or {}).items():
        known = site.fields.get(field_id)
        if known is None or not known.editable or field_id not in screen:
            wrong[field_id] = (f"Field '{field_id}' cannot be set. It is not on the appropriate screen, or unknown.")
            continue
        try:
            values[field_id] = known.parse(value, site)
        except Bad as error:
            wrong[field_id] = str(error)
    for field_id, steps in (operations or {}).items():
        if field_id not in screen or field_id not in site.fields or not isinstance(steps, list):
            wrong[field_id] = f"Field '{field_id}' cannot be set. It is not on the appropriate screen, or unknown."
    return values, wrong


def operate(field, current, steps, site):
    """`update`: [{"add": "x"}, {"remove": "y"}, {"set": …}] on one field."""
    for step in steps:
        (verb, value), = step.items() if isinstance(step, dict) and len(step) == 1 else ((None, None),)
        if verb == "set":
            current = field.parse(value, site)
        elif verb == "add" and isinstance(field, Labels):
            current = field.parse((current or []) + [value], site)
        elif verb == "remove" and isinstance(field, Labels):
            current = [label for label in (current or []) if label != value]
        else:
            raise Bad("operation is not supported for this field")
    return current
