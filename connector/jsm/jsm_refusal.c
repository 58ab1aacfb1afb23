#include "jsm/jsm_refusal.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "json/json_read.h"

enum { WORDS_MAX = 160, FIELD_MAX = 80 };

/* Words Jira is known to say of a field, and what they mean to whoever keeps mapping and workflow.
 */
static const struct {
    const char *part, *fact, *remedy;
} WORDINGS[] = {
    {"not on the appropriate screen", "is not on the screen of this call, or does not exist",
     "add it to the screen, or take it out of the mapping"},
    {"is required", "is required and has no value",
     "map a value to it, or make it optional in Jira"},
    {"does not exist for the field", "has no such value",
     "add the value in Jira, or correct it in the mapping"},
    {"option", "does not take this option",
     "add the option in Jira, or correct its value in the mapping"},
    {"atlassian document", "takes rich text only", "map it as rich text"},
    {"must be a string", "takes plain text only", "map it as text"},
    {"must be an array", "takes a list", "map it as a list"},
    {"data was not an array", "takes a list", "map it as a list"},
    {"must be a number", "takes a number only", "map it as a number"},
    {"operation value must be", "takes another type of value",
     "compare its type in Jira with its format in the mapping"},
    {"error parsing date", "takes a date in another form",
     "map it as a date (YYYY-MM-DD), or as a date and time"},
    {"valid date", "takes a date in another form",
     "map it as a date (YYYY-MM-DD), or as a date and time"},
    {"too long", "takes a shorter text", "shorten what the mapping puts there"},
    {"exceeds", "takes a shorter text", "shorten what the mapping puts there"},
    {"cannot be assigned", "cannot be given to this person",
     "make the person assignable in the project, or correct the mapping"},
    {"specify a valid", "does not take this value", "correct its value in the mapping"},
    {"is not valid", "does not take this value", "correct its value in the mapping"},
    {"is invalid", "does not take this value", "correct its value in the mapping"},
};

/* What a status says by itself, and what to do. */
static const struct {
    int status;
    const char *fact, *remedy;
} STATUSES[] = {
    {400, "and does not say why", "compare the mapping with the fields of the request type"},
    {403, "and says no", "give our account that permission in Jira"},
    {404, "as if it were not there", "let our account see the project, unless it was deleted"},
    {405, "and does not know this way of asking", "check the url of the site"},
    {408, "because the call took too long", "nothing to do, it is tried again"},
    {409, "because another change is under way", "nothing to do, it is tried again"},
    {410, "as if it were gone", "let our account see the project, unless it was deleted"},
    {413, "because the call is too large", "shorten what the mapping puts into the ticket"},
    {415, "and does not take JSON", "check the url of the site: is this Jira itself?"},
    {422, "because the values do not fit together", "correct them in the mapping"},
    {429, "because there were too many calls", "nothing to do, we wait as long as it says"},
};

static bool contains(struct str text, const char *part)
{
    struct str p = str_of(part);

    for (size_t i = 0; i + p.len <= text.len; i++)
        if (str_eq_nocase(str_n(text.p + i, p.len), p))
            return true;
    return false;
}

/* 'priority' of "Field 'priority' is required". */
static struct str quoted_field(struct str words)
{
    static const char MARK[] = "ield '";

    for (size_t i = 0; i + sizeof MARK - 1 <= words.len; i++) {
        if (memcmp(words.p + i, MARK, sizeof MARK - 1) != 0)
            continue;
        struct str rest = str_n(words.p + i + sizeof MARK - 1, words.len - i - (sizeof MARK - 1));
        return str_find(rest, '\'') > 0 ? str_cut(&rest, '\'') : STR_NONE;
    }
    return STR_NONE;
}

/* A text, the first text of a list, or the text that an object calls its message. */
static struct str some_text(const struct json *v)
{
    if (json_type(v) == JSON_ARRAY)
        v = json_first(v);
    return json_type(v) == JSON_OBJECT ? json_path_str(v, "message") : json_str(v);
}

struct told {
    struct str field, words;
    size_t more; /* further fields */
};

static struct told read_body(struct arena *a, struct str body)
{
    static const char *const PLACES[] = {"errorMessages", "errorMessage", "errors",
                                         "message",       "error",        "detail"};
    struct told t = {0};
    const struct json *v;
    struct err err;

    if (!json_parse_deep(a, body, LIMIT_JIRA_JSON_DEPTH, &v, &err))
        return t;
    const struct json *errors = json_member(v, "errors");
    if (json_type(errors) == JSON_OBJECT && json_first(errors)) {
        t.field = json_name(json_first(errors));
        t.words = some_text(json_first(errors));
        t.more = json_count(errors) - 1;
        return t;
    }
    for (size_t i = 0; !t.words.len && i < sizeof PLACES / sizeof PLACES[0]; i++)
        t.words = some_text(json_member(v, PLACES[i]));
    t.field = quoted_field(t.words);
    return t;
}

/* Cut, and without the full stop: our own words follow. */
static void shorten(char *dst, size_t size, struct str s)
{
    s = str_trim(s);
    if (str_ends(s, STR(".")))
        s.len--;
    if (str_copy(dst, size, s))
        return;
    str_copy(dst, size - 3, s);
    memcpy(dst + strlen(dst), "…", sizeof "…");
}

static void say_status(int status, bool page, const char *words, char *why, size_t size)
{
    const char *fact = "because of a trouble of its own",
               *remedy = "nothing to do, it is tried again";
    size_t i = 0;

    while (i < sizeof STATUSES / sizeof STATUSES[0] && STATUSES[i].status != status)
        i++;
    if (i < sizeof STATUSES / sizeof STATUSES[0]) {
        fact = STATUSES[i].fact;
        remedy = STATUSES[i].remedy;
    } else if (status < 500) {
        fact = "and says no";
        remedy = "look at what this address is: check the url of the site";
    }
    if (words[0])
        snprintf(why, size, "%s (Jira answered %d): %s", words, status, remedy);
    else if (page)
        snprintf(why, size,
                 "Jira answered %d with a page instead of data, %s: look for a proxy or a login "
                 "between us and Jira",
                 status, fact);
    else
        snprintf(why, size, "Jira answered %d, %s: %s", status, fact, remedy);
}

void jsm_refusal_say(struct arena *a, int status, struct str body, bool page, struct str *ret_field,
                     char *why, size_t size)
{
    bool tells = status >= 400 && status < 500 && !page;
    struct told t = tells ? read_body(a, body) : (struct told){0};
    char words[WORDS_MAX], field[FIELD_MAX], more[32] = "";

    *ret_field = arena_str(a, t.field);
    shorten(words, sizeof words, t.words);
    if (jsm_refusal_is_of_scope(body) && status == 401) {
        snprintf(
            why, size,
            "the credential has no scope for this call (Jira answered 401): give its token the "
            "scopes that schemas/README.md lists");
        return;
    }
    if (jsm_refusal_is_of_api(body) && status == 410) {
        snprintf(why, size,
                 "this Jira no longer has that operation (it answered 410): update "
                 "Countersign");
        return;
    }
    if (!t.field.len) {
        say_status(status, page, words, why, size);
        return;
    }
    shorten(field, sizeof field, t.field);
    if (t.more)
        snprintf(more, sizeof more, "; %zu more", t.more);
    for (size_t i = 0; i < sizeof WORDINGS / sizeof WORDINGS[0]; i++) {
        if (contains(t.words, WORDINGS[i].part)) {
            snprintf(why, size, "%s %s: %s%s", field, WORDINGS[i].fact, WORDINGS[i].remedy, more);
            return;
        }
    }
    snprintf(why, size, "%s is refused%s%s%s: correct it in the mapping or in Jira%s", field,
             words[0] ? " (" : "", words, words[0] ? ")" : "", more);
}

bool jsm_refusal_is_of_api(struct str body)
{
    return contains(body, "requested API has been removed");
}

bool jsm_refusal_is_of_scope(struct str body)
{
    return contains(body, "scope does not match");
}
