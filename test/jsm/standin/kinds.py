"""The kinds of custom fields beside those that every ticket has: choices in lists and levels, groups, dates, numbers,
Assets, organisations. As strict as Jira, in its words."""
import re
from datetime import date, datetime

from . import seed
from .fields import Bad, Choice, Field, RichText, Select

_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"


class TextArea(RichText):
    custom = _TYPES + "textarea"


class Listed(Field):
    """A list of what `one` takes."""
    one = None

    def parse(self, value, site):
        if value is None:
            return None
        if not isinstance(value, list):
            raise Bad("data was not an array")
        return [self.one.parse(self, v, site) for v in value] or None

    def show(self, value, site, api):
        return None if value is None else [self.one.show(self, v, site, api) for v in value]

    def words(self, value, site):
        return (None, None) if value is None else (str(value), ", ".join(str(v) for v in value))


class Selects(Listed, Select):
    custom, schema, one = _TYPES + "multiselect", {"type": "array", "items": "option"}, Select

    def words(self, value, site):
        return (None, None) if value is None else (str(value), ", ".join(self.text_of(v) for v in value))


class Cascade(Field):
    """options: {upper: (lower, ...)}. Ids are made from the field's number and both places."""
    custom, schema = _TYPES + "cascadingselect", {"type": "option-with-child"}

    def ids(self):
        """{id: (text, {id: text})}"""
        found = {}
        for number, (upper, lowers) in enumerate(self.options.items(), 1):
            head = f"{self.id[12:]}{number:02d}"
            found[head] = (upper, {f"{head}{n:02d}": lower for n, lower in enumerate(lowers, 1)})
        return found

    @staticmethod
    def _pick(given, offered, name):
        if not isinstance(given, dict) or not {"id", "value"} & set(given):
            raise Bad(f"Specify a valid 'id' or 'name' for {name}")
        for option_id, text in offered.items():
            if str(given.get("id", option_id)) == option_id and given.get("value", text) == text:
                return option_id
        raise Bad(f"Option id '{given['id']}' is not valid" if "id" in given else
                  f"Option value '{given['value']}' is not valid")

    def parse(self, value, site):
        if value is None:
            return None
        known = self.ids()
        upper = self._pick(value, {i: text for i, (text, _) in known.items()}, self.name)
        lower = value.get("child")
        return [upper, None if lower is None else self._pick(lower, known[upper][1], self.name)]

    def _option(self, site, api, option_id, text):
        return {"self": f"{site.base}/rest/api/{api}/customFieldOption/{option_id}", "value": text, "id": option_id}

    def show(self, value, site, api):
        if value is None:
            return None
        text, lowers = self.ids()[value[0]]
        shown = self._option(site, api, value[0], text)
        return shown | ({"child": self._option(site, api, value[1], lowers[value[1]])} if value[1] else {})

    def words(self, value, site):
        return (None, None) if value is None else (str(value), str(value))


class Group(Field):
    custom, schema = _TYPES + "grouppicker", {"type": "group"}

    def parse(self, value, site):
        if value is None:
            return None
        if not isinstance(value, dict) or value.get("name") not in site.groups:
            raise Bad(f"Could not find group with name '{value.get('name') if isinstance(value, dict) else value}'")
        return value["name"]

    def show(self, value, site, api):
        return None if value is None else {"name": value, "groupId": site.groups.get(value),
                                           "self": f"{site.base}/rest/api/{api}/group?groupId={site.groups.get(value)}"}


class Groups(Listed, Group):
    custom, schema, one = _TYPES + "multigrouppicker", {"type": "array", "items": "group"}, Group


class Date(Field):
    custom, schema = _TYPES + "datepicker", {"type": "date"}

    def parse(self, value, site):
        if value is None:
            return None
        try:
            if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                raise ValueError
            date.fromisoformat(value)
        except ValueError:
            raise Bad("Operation value must be a string in the format 'yyyy-MM-dd'") from None
        return value


class DateTime(Field):
    custom, schema = _TYPES + "datetime", {"type": "datetime"}

    def parse(self, value, site):
        if value is None:
            return None
        try:
            if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}", value):
                raise ValueError
            datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%f%z")
        except ValueError:
            raise Bad("Operation value must be a string in the format \"yyyy-MM-dd'T'HH:mm:ss.SSSZ\"") from None
        return value


class Number(Field):
    custom, schema = _TYPES + "float", {"type": "number"}

    def parse(self, value, site):
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise Bad("Operation value must be a number")
        return value


class Components(Listed, Choice):
    one = Choice

    def __init__(self, field_id, name, values):
        super().__init__(field_id, name, values)
        self.schema = {"type": "array", "items": "component"}

    def show(self, value, site, api):
        return [{"self": f"{site.base}/rest/api/{api}/component/{v}", "id": v, "name": self.values[v]} for v in value or ()]

    def words(self, value, site):
        return (None, None) if value is None else (str(value), ", ".join(self.values[v] for v in value))


class Assets(Listed):
    """Objects by {"id": "workspace:number"}; how they are called is asked elsewhere."""
    custom = "com.atlassian.jira.plugins.cmdb:cmdb-object-cftype"
    schema = {"type": "array", "items": "cmdb-object-field"}

    class one:
        @staticmethod
        def parse(field, value, site):
            known = {f"{seed.WORKSPACE}:{number}" for number in field.options}
            if not isinstance(value, dict) or value.get("id") not in known:
                raise Bad("Assets object could not be found. Specify it by 'id'")
            return value["id"]

        @staticmethod
        def show(field, value, site, api):
            return {"workspaceId": seed.WORKSPACE, "id": value, "objectId": value.split(":")[1]}


class Organisations(Listed):
    custom = "com.atlassian.servicedesk:sd-customer-organizations"
    schema = {"type": "array", "items": "sd-customerorganization"}

    class one:
        @staticmethod
        def parse(field, value, site):
            if isinstance(value, bool) or not isinstance(value, int) or str(value) not in field.options:
                raise Bad("Organization id must be a number of an organization of this project")
            return str(value)

        @staticmethod
        def show(field, value, site, api):
            return {"id": value, "name": field.options[value], "_links": {
                "self": f"{site.base}/rest/servicedeskapi/organization/{value}"}}


KINDS = {"textarea": TextArea, "selects": Selects, "cascade": Cascade, "group": Group, "groups": Groups, "date": Date,
         "datetime": DateTime, "number": Number, "assets": Assets, "organisations": Organisations}


def more():
    """What there is beside fields.catalogue(), by id."""
    found = {"components": Components("components", "Components", seed.COMPONENTS)}
    for field_id, (name, kind, options) in seed.MORE_FIELDS.items():
        found[field_id] = KINDS[kind](field_id, name, options)
    return found
