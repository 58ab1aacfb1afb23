"""A small JQL: enough of the language to be as strict as Jira about it.

parse(text, account, site) gives a Query: `match(document)`, `order` and whether it is `bounded`. What Jira would refuse
raises a 400 in Jira's words.
"""
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from . import clock, seed
from .errors import platform

_TOKEN = re.compile(r"""\s*(?:
    (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<cf>cf\[\d+\])
  | (?P<mark><=|>=|!=|!~|[=<>~(),])
  | (?P<word>[^\s"'()=<>!~,\[\]]+(?:\[[^\]]*\])?)
)""", re.X | re.I)
_PERIOD = re.compile(r"([-+]?)(\d+)([wdhm])")
_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_ALIASES = {"issue": "key", "issuekey": "key", "type": "issuetype", "createddate": "created", "updateddate": "updated",
            "resolutiondate": "resolved"}
_SORTABLE = {"key", "id", "created", "updated", "resolved", "status", "summary", "priority"}


class Word(str):
    """Unquoted: only such a number is epoch milliseconds."""


@dataclass
class Query:
    match: object
    order: list   # (function of a document, descending)
    bounded: bool
    text: str
    moving: bool = False  # it means something else a moment later
    walk_from: int = None  # it asks for what changed since then, oldest first, as a poll does
    labels: set = None     # nothing matches that has none of these labels; None: anything may


def refuse(message):
    return platform(400, message)


def _tokens(text):
    at, found = 0, []
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            raise refuse(f"Error in the JQL Query: The character '{text[at:].lstrip()[:1]}' is a reserved JQL"
                         " character. You must enclose it in a string or use the escape sequence instead."
                         f" (line 1, character {at + 1})")
        kind, value = match.lastgroup, match.group(match.lastgroup)
        if kind == "text":
            value = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), value[1:-1], flags=re.S)
        found.append((kind, Word(value) if kind != "text" else value, match.start(kind)))
        at = match.end()
    return found


class _Parser:
    def __init__(self, text, account, site):
        self.tokens, self.at = _tokens(text), 0
        self.text, self.account, self.site = text, account, site
        self.moving = False
        self.since, self.alternatives, self.sorted_by, self.labels = None, False, [], None

    # -- tokens

    def peek(self):
        """The next token, lower case; texts never look like words of the language."""
        if self.at >= len(self.tokens):
            return ""
        kind, value, _ = self.tokens[self.at]
        return "\0" if kind == "text" else value.lower()

    def take(self):
        if self.at >= len(self.tokens):
            raise refuse("Error in the JQL Query: Expecting either a value, list or function before the end of the"
                         " query.")
        token = self.tokens[self.at]
        self.at += 1
        return token

    def accept(self, *words):
        if self.peek() in words and self.at < len(self.tokens):
            self.at += 1
            return True
        return False

    def expect(self, word):
        if not self.accept(word):
            got = self.tokens[self.at][1] if self.at < len(self.tokens) else "the end"
            raise refuse(f"Error in the JQL Query: Expecting '{word}' but got '{got}'.")

    # -- grammar

    def query(self):
        match, bounded = (lambda document: True), False
        if self.at < len(self.tokens) and self.peek() != "order":
            match, bounded = self.either(), True
        order = []
        if self.accept("order"):
            self.expect("by")
            order.append(self.sort_key())
            while self.accept(","):
                order.append(self.sort_key())
            if len(order) > 7:
                raise refuse("The maximum number of fields to sort by is 7.")
        if self.at < len(self.tokens):
            _, value, place = self.tokens[self.at]
            raise refuse(f"Error in the JQL Query: Expecting either 'OR' or 'AND' but got '{value}'."
                         f" (line 1, character {place + 1})")
        walks = not self.alternatives and self.sorted_by[:1] == [("updated", False)]
        return Query(match, order, bounded, self.text, self.moving, self.since if walks else None,
                     None if self.alternatives else self.labels)

    def either(self):
        parts = [self.both()]
        while self.accept("or", "||"):
            parts.append(self.both())
            self.alternatives = True
        return parts[0] if len(parts) == 1 else lambda d: any(part(d) for part in parts)

    def both(self):
        parts = [self.negation()]
        while self.accept("and", "&&"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else lambda d: all(part(d) for part in parts)

    def negation(self):
        if self.accept("not", "!"):
            self.alternatives = True
            inner = self.negation()
            return lambda d: not inner(d)
        if self.accept("("):
            inner = self.either()
            self.expect(")")
            return inner
        return self.clause()

    def sort_key(self):
        field = self.field_name(self.take())
        if field not in _SORTABLE and not field.startswith("customfield_"):
            raise refuse(f"Field '{field}' does not support sorting.")
        down = self.accept("desc")
        if not down:
            self.accept("asc")
        self.sorted_by.append((field, down))
        return _sort_value(field), down

    def field_name(self, token):
        kind, value, _ = token
        if kind == "cf":
            field_id = f"customfield_{value[3:-1]}"
            if field_id in self.site.fields:
                return field_id
        elif kind in ("word", "text"):
            name = _ALIASES.get(value.lower(), value.lower())
            if name in _CLAUSES:
                return name
            for field in self.site.fields.values():
                if field.name.lower() == value.lower() or field.id == name:
                    return field.id
        else:
            raise refuse(f"Error in the JQL Query: Expecting a field name but got '{value}'.")
        raise refuse(f"Field '{value}' does not exist or you do not have permission to view it.")

    def clause(self):
        field = self.field_name(self.take())
        negate = False
        if self.accept("not"):
            self.expect("in")
            operator, negate = "in", True
        else:
            operator = str(self.take()[1]).lower()
        if operator == "is":
            negate = self.accept("not")
            if not self.accept("empty", "null"):
                raise refuse(f"Error in the JQL Query: Operator 'is' of field '{field}' takes only EMPTY or NULL.")
            empty = _empty(field)
            return (lambda d: not empty(d)) if negate else empty
        if operator not in ("=", "!=", "in", "~", "!~", "<", "<=", ">", ">="):
            raise refuse(f"Error in the JQL Query: Expecting operator but got '{operator}'.")
        values = self.operands() if operator == "in" else [self.operand()]
        test = _CLAUSES.get(field, _custom)(self, field, {"!=": "=", "!~": "~"}.get(operator, operator), values)
        if negate or operator in ("!=", "!~"):
            return lambda d: not test(d)
        if field == "labels":
            self.labels = {value.lower() for value in values}
        return test

    def operands(self):
        self.expect("(")
        values = [self.operand()]
        while self.accept(","):
            values.append(self.operand())
        self.expect(")")
        return values

    def operand(self):
        kind, value, place = self.take()
        if kind == "mark":
            raise refuse(f"Error in the JQL Query: Expecting either a value, list or function but got '{value}'."
                         f" (line 1, character {place + 1})")
        if self.accept("("):
            self.expect(")")
            return self.function(value.lower())
        return value

    def function(self, name):
        if name == "now":
            self.moving = True
            return Word(clock.now_ms())
        if name == "currentuser":
            return self.account.id
        raise refuse(f"Unable to find JQL function '{name}()'.")


# -- clauses: (parser, field, operator, values) -> function of a document

def _unsupported(field, operator):
    return refuse(f"The operator '{operator}' is not supported by the '{field}' field.")


def _one_of(read, find):
    """A field that has one value out of a known list."""
    def clause(parser, field, operator, values):
        if operator not in ("=", "in"):
            raise _unsupported(field, operator)
        wanted = set()
        for value in values:
            found = find(parser.site, value)
            if not found:
                raise refuse(f"The value '{value}' does not exist for the field '{field}'.")
            wanted |= found
        return lambda d: read(d) in wanted
    return clause


def _named(table):
    def find(site, value):
        return {key for key, name in table.items() if str(value) == key or name.lower() == str(value).lower()}
    return find


def _find_project(site, value):
    return {p.key for p in site.projects.values() if str(value).lower() in (p.key.lower(), p.id, p.name.lower())}


def _find_status(site, value):
    return {s.id for s in site.flows.statuses.values() if str(value).lower() in (s.id, s.name.lower())}


def _find_category(site, value):
    return {key for key, (number, _, name) in seed.CATEGORIES.items()
            if str(value).lower() in (key, str(number), name.lower())}


def _find_account(site, value):
    return {a.id for a in site.accounts.values() if str(value) in (a.id, a.email, a.display)}


def _key(parser, field, operator, values):
    if operator not in ("=", "in"):
        if operator == "~":
            raise _unsupported(field, operator)
        return _compare(lambda d: d.number, operator, int(values[0].rsplit("-", 1)[-1]))
    wanted = {str(v) for v in values}
    wanted |= {issue.id for issue in map(parser.site.find, wanted) if issue}
    for value in values:
        if not parser.site.find(str(value)):
            raise refuse(f"An issue with key '{value}' does not exist for field '{field}'.")
    return lambda d: d.id in wanted


def _id(parser, field, operator, values):
    if not all(re.fullmatch(r"\d+", str(v)) for v in values):
        return _key(parser, field, operator, values)
    if operator not in ("=", "in"):
        if operator == "~":
            raise _unsupported(field, operator)
        return _compare(lambda d: int(d.id), operator, int(values[0]))
    wanted = {str(v) for v in values}
    return lambda d: d.id in wanted


def _labels(parser, field, operator, values):
    if operator not in ("=", "in"):
        raise _unsupported(field, operator)
    wanted = {v.lower() for v in values}
    return lambda d: any(label.lower() in wanted for label in d.values.get("labels") or ())


def _compare(read, operator, bound):
    def test(document):
        value = read(document)
        if value is None:
            return False
        return {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound,
                "=": value == bound}[operator]
    return test


def _date(parser, field, operator, values):
    if operator in ("~", "in"):
        raise _unsupported(field, operator)
    bound, attribute = moment(values[0], field, parser.account), field
    parser.moving = parser.moving or bool(_PERIOD.search(values[0]))
    # Written out: this is the clause every poll runs over every ticket.
    if operator == ">=":
        if field == "updated":
            parser.since = max(bound, parser.since or 0)
        return lambda d: (getattr(d, attribute) or 0) >= bound
    return _compare(lambda d: getattr(d, attribute), operator, bound)


def moment(value, field, account):
    """Epoch milliseconds of a date literal. Quoted and bare dates are minutes in the caller's time zone."""
    if isinstance(value, Word) and re.fullmatch(r"-?\d+", value):
        return int(value)
    period = _PERIOD.findall(value) if re.fullmatch(r"[-+]?(\d+[wdhm]\s*)+", value) else None
    if period:
        total = sum((int(n) * _UNITS[unit] for _, n, unit in period), timedelta())
        at = clock.now_ms() + (-1 if value[0] == "-" else 1) * int(total.total_seconds() * 1000)
        return at - at % 60000
    for form in _FORMATS:
        try:
            at = datetime.strptime(value, form).replace(tzinfo=clock.zone(account.zone))
            return int(at.timestamp()) * 1000
        except ValueError:
            continue
    raise refuse(f"Date value '{value}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm',"
                 " 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.")


def _words_of(text):
    return re.findall(r"[0-9a-z]+", text.lower())


def _text(fields_of):
    """`~`: all words occur, in any order; hyphens part words, so a UUID is five of them."""
    def clause(parser, field, operator, values):
        if operator != "~":
            raise _unsupported(field, operator)
        wanted = set(_words_of(values[0]))
        if not wanted:
            raise refuse(f"The text query '{values[0]}' for the field '{field}' is not valid.")
        return lambda d: wanted <= set(_words_of(" ".join(d.words(f) for f in fields_of(field))))
    return clause


def _custom(parser, field_id, operator, values):
    field = parser.site.fields[field_id]
    kind = type(field).__name__
    if kind == "Text":
        return _text(lambda f: (f,))(parser, field_id, operator, values)
    if operator not in ("=", "in"):
        raise _unsupported(field.name, operator)
    if kind == "Select":
        find = lambda site, value: {field.option_id(o) for o in field.options  # noqa: E731
                                    if str(value).lower() in (o.lower(), field.option_id(o))}
    elif kind == "RequestTypeField":
        find = lambda site, value: {t.id for t in site.request_types.values()  # noqa: E731
                                    if str(value).lower() in (t.id, t.name.lower())}
    elif kind == "Users":
        wanted = set().union(*(_find_account(parser.site, v) for v in values))
        return lambda d: bool(wanted & set(d.values.get(field_id) or ()))
    elif kind == "User":
        find = _find_account
    else:
        raise refuse(f"Field '{field.name}' is not searchable.")
    return _one_of(lambda d: d.values.get(field_id), find)(parser, field.name, operator, values)


def _value(name):
    return lambda d: d.values.get(name)


_CLAUSES = {
    "project": _one_of(lambda d: d.project, _find_project),
    "key": _key,
    "id": _id,
    "labels": _labels,
    "status": _one_of(lambda d: d.status, _find_status),
    "statuscategory": _one_of(lambda d: d.category, _find_category),
    "issuetype": _one_of(lambda d: d.type, _named(seed.ISSUE_TYPES)),
    "priority": _one_of(_value("priority"), _named(seed.PRIORITIES)),
    "resolution": _one_of(_value("resolution"), _named(seed.RESOLUTIONS)),
    "assignee": _one_of(_value("assignee"), _find_account),
    "reporter": _one_of(_value("reporter"), _find_account),
    "creator": _one_of(lambda d: d.creator, _find_account),
    "created": _date,
    "updated": _date,
    "resolved": _date,
    "summary": _text(lambda f: ("summary",)),
    "description": _text(lambda f: ("description",)),
    "text": _text(lambda f: ("summary", "description", seed.ROLE, seed.PERSON, seed.REASON, seed.EXTERNAL)),
}


def _empty(field):
    if field in ("created", "updated", "status", "project", "key", "id", "issuetype", "creator", "statuscategory"):
        return lambda d: False
    if field == "resolved":
        return lambda d: d.resolved is None
    return lambda d: not d.values.get(field)


def _sort_value(field):
    if field == "key":
        return lambda d: (d.project, d.number)
    if field == "id":
        return lambda d: int(d.id)
    if field in ("created", "updated"):
        return lambda d: getattr(d, field)
    if field == "resolved":
        return lambda d: d.resolved or 0
    if field == "status":
        return lambda d: int(d.status)
    return lambda d: str(d.values.get(field) or "")


def parse(text, account, site):
    return _Parser(text, account, site).query()
