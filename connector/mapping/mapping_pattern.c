/* Which atoms can match which ends of the text is known from behind, one bit an atom; then the text
 * is walked once from the front, each atom taking as much as leaves a match for the rest. */
#include "mapping/mapping_pattern.h"

static uint32_t next_point(struct str *s)
{
    unsigned char c = (unsigned char)s->p[0];
    size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    uint32_t point = len == 1 ? c : c & (0xFFU >> (len + 1));

    if (len > s->len)
        len = s->len;
    for (size_t i = 1; i < len; i++)
        point = point << 6 | ((unsigned char)s->p[i] & 0x3F);
    *s = str_n(s->p + len, s->len - len);
    return point;
}

static void add_range(struct pattern_atom *a, uint32_t from, uint32_t to)
{
    for (uint32_t c = from; c <= to && c < 128; c++)
        a->ascii[c / 64] |= 1ULL << (c % 64);
}

/* What \d and its like hold; false for any other sign. */
static bool add_named(struct pattern_atom *a, uint32_t sign)
{
    if (sign == 'd' || sign == 'w')
        add_range(a, '0', '9');
    if (sign == 'w') {
        add_range(a, 'a', 'z');
        add_range(a, 'A', 'Z');
        add_range(a, '_', '_');
    }
    if (sign == 's') {
        add_range(a, ' ', ' ');
        add_range(a, '\t', '\t');
    }
    return sign == 'd' || sign == 'w' || sign == 's';
}

static bool is_letter_or_digit(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Behind a backslash. */
static const char *read_escape(struct str *s, struct pattern_atom *a)
{
    if (!s->len)
        return "ends in a backslash";
    uint32_t sign = next_point(s);
    if (add_named(a, sign)) {
        a->is_class = true;
        return NULL;
    }
    a->point = sign;
    return is_letter_or_digit(sign) || sign >= 128
               ? "has a backslash before a letter without meaning"
               : NULL;
}

/* One end of a range inside [ ]; *ret_single false: it was a class of its own. */
static const char *read_member(struct str *s, struct pattern_atom *a, uint32_t *ret,
                               bool *ret_single)
{
    *ret_single = true;
    *ret = next_point(s);
    if (*ret >= 128)
        return "has a character in [ ] that is not ASCII";
    if (*ret != '\\')
        return NULL;
    struct pattern_atom one = {0};
    const char *wrong = read_escape(s, &one);
    *ret = one.point;
    *ret_single = !one.is_class;
    a->ascii[0] |= one.ascii[0];
    a->ascii[1] |= one.ascii[1];
    return wrong;
}

/* Behind "[". */
static const char *read_class(struct str *s, struct pattern_atom *a)
{
    bool negated = s->len && s->p[0] == '^', single;
    const char *wrong;
    uint32_t from, to;

    a->is_class = true;
    if (negated)
        next_point(s);
    if (s->len && s->p[0] == ']')
        return "has an empty [ ]";
    while (s->len && s->p[0] != ']') {
        if ((wrong = read_member(s, a, &from, &single)) != NULL)
            return wrong;
        to = from;
        if (single && s->len > 1 && s->p[0] == '-' && s->p[1] != ']') {
            next_point(s);
            if ((wrong = read_member(s, a, &to, &single)) != NULL)
                return wrong;
            if (!single || to < from)
                return "has a range in [ ] that is none";
        }
        if (single)
            add_range(a, from, to);
    }
    if (!s->len)
        return "has a [ that is not closed";
    next_point(s);
    if (negated) {
        a->ascii[0] = ~a->ascii[0];
        a->ascii[1] = ~a->ascii[1];
        a->other = true;
    }
    return NULL;
}

static const char *read_atom(struct str *s, uint32_t c, struct pattern_atom *a)
{
    *a = (struct pattern_atom){.point = c};
    switch (c) {
    case '.':
        a->is_class = a->other = true;
        a->ascii[0] = a->ascii[1] = ~0ULL;
        return NULL;
    case '[':
        return read_class(s, a);
    case '\\':
        return read_escape(s, a);
    case '*':
    case '+':
    case '?':
        return "repeats nothing: *, + and ? stand behind one character";
    case '{':
    case '}':
    case '|':
    case '^':
    case '$':
    case ']':
        return "has a sign without meaning here; write a backslash before it";
    default:
        return NULL;
    }
}

static void read_repeat(struct str *s, struct pattern_atom *a)
{
    char c = s->len ? s->p[0] : '\0';

    a->none = c == '*' || c == '?';
    a->many = c == '*' || c == '+';
    if (a->none || a->many)
        next_point(s);
}

bool pattern_parse(struct str text, struct pattern *ret, const char **ret_wrong)
{
    const char *wrong = text.len ? NULL : "is empty";
    struct str s = text;

    ret->count = 0;
    ret->from = ret->to = -1;
    while (!wrong && s.len) {
        uint32_t c = next_point(&s);
        if (c == '(') {
            wrong = ret->from >= 0 ? "has more than one pair of ( )" : NULL;
            ret->from = ret->count;
        } else if (c == ')') {
            wrong = ret->from < 0 || ret->to >= 0 ? "has a ) too many" : NULL;
            ret->to = ret->count;
        } else if (ret->count == PATTERN_ATOMS_MAX) {
            wrong = "is too long";
        } else {
            wrong = read_atom(&s, c, &ret->atoms[ret->count]);
            read_repeat(&s, &ret->atoms[ret->count++]);
        }
    }
    if (!wrong && ret->from >= 0 && ret->to < 0)
        wrong = "has a ( that is not closed";
    if (ret->from < 0) {
        ret->from = 0;
        ret->to = ret->count;
    }
    *ret_wrong = wrong;
    return !wrong;
}

static bool fits(const struct pattern_atom *a, uint32_t point)
{
    if (!a->is_class)
        return a->point == point;
    return point < 128 ? a->ascii[point / 64] >> (point % 64) & 1 : a->other;
}

/* Bit k: atoms [k, end) match the text from here. `rest`: the same one character later; NULL at the
 * end of the text. */
static uint64_t ends_from(const struct pattern *p, const uint64_t *rest, uint32_t point)
{
    uint64_t bits = rest ? 0 : 1ULL << p->count;

    for (int k = p->count; k-- > 0;) {
        const struct pattern_atom *a = &p->atoms[k];
        bool absent = a->none && bits >> (k + 1) & 1;
        bool here =
            rest && fits(a, point) && ((*rest >> (k + 1) & 1) || (a->many && *rest >> k & 1));
        if (absent || here)
            bits |= 1ULL << k;
    }
    return bits;
}

struct walk {
    const struct pattern *p;
    const uint64_t *ends;   /* by character */
    const uint32_t *points; /* by character */
    size_t count;
};

/* As many characters as this atom can take and leave a match for what is behind it. */
static size_t take(const struct walk *w, int k, size_t at)
{
    const struct pattern_atom *a = &w->p->atoms[k];
    size_t best = at, i = at;

    while (i < w->count && fits(a, w->points[i])) {
        i++;
        if (w->ends[i] >> (k + 1) & 1)
            best = i;
        if (!a->many)
            break;
    }
    return best;
}

bool pattern_match(struct arena *arena, const struct pattern *p, struct str text,
                   struct str *ret_taken)
{
    struct str s = text;
    size_t n = 0, at = 0, from = 0, to = 0;

    if (text.len > PATTERN_TEXT_MAX)
        return false;
    uint64_t *ends = arena_array(arena, text.len + 1, sizeof *ends);
    uint32_t *points = arena_array(arena, text.len + 1, sizeof *points);
    size_t *bytes = arena_array(arena, text.len + 1, sizeof *bytes);
    if (!ends || !points || !bytes)
        return false;
    while (s.len) {
        bytes[n] = (size_t)(s.p - text.p);
        points[n++] = next_point(&s);
    }
    bytes[n] = text.len;
    ends[n] = ends_from(p, NULL, 0);
    for (size_t i = n; i-- > 0;)
        ends[i] = ends_from(p, &ends[i + 1], points[i]);
    if (!(ends[0] & 1))
        return false;
    struct walk w = {p, ends, points, n};
    for (int k = 0; k <= p->count; k++) {
        if (k == p->from)
            from = bytes[at];
        if (k == p->to)
            to = bytes[at];
        if (k < p->count)
            at = take(&w, k, at);
    }
    *ret_taken = str_n(text.p + from, to - from);
    return true;
}
