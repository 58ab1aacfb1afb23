/* What a form seems to ask for. */
#include "lock/lock_scaffold_priv.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_word(struct str token, struct str word)
{
    enum { MAY_GO_ON = 4 };
    bool whole = token.len == word.len || (token.len > word.len && word.len >= MAY_GO_ON);

    return whole && str_eq_nocase(str_n(token.p, word.len), word);
}

bool lock_says(struct str text, const char *const *words)
{
    for (size_t i = 0; i < text.len;) {
        size_t end = i;
        while (end < text.len && is_letter(text.p[end]))
            end++;
        for (size_t k = 0; words[k]; k++)
            if (end > i && is_word(str_n(text.p + i, end - i), str_of(words[k])))
                return true;
        i = end > i ? end : i + 1;
    }
    return false;
}

bool lock_is_yes_no(const struct jsm_field *f)
{
    static const char *const EITHER[] = {"yes", "no", "true", "false", NULL};

    for (size_t i = 0; i < f->choice_count; i++)
        if (!lock_says(f->choices[i].text, EITHER))
            return false;
    return f->kind == FIELD_OPTION && f->choice_count > 0;
}

static const char *const PEOPLE[] = {"person",    "people", "user",   "employee", "beneficiary",
                                     "colleague", "member", "leaver", "joiner",   "contractor",
                                     "subject",   "whose",  "whom",   NULL};
static const char *const OTHERS[] = {"approver",    "manager",  "sponsor", "owner",
                                     "reporter",    "assignee", "contact", "responsible",
                                     "participant", NULL};
static const char *const SYSTEMS[] = {"system", "application", "app",     "target",  "source",
                                      "tool",   "platform",    "product", "service", NULL};
static const char *const ROLES[] = {"role",    "group", "entitlement", "permission", "access",
                                    "profile", "right", "licence",     "license",    NULL};
static const char *const POWERS[] = {"privileged", "privilege", "admin",
                                     "elevated",   "sensitive", NULL};
static const char *const REASONS[] = {"reason",  "why",      "justification",
                                      "purpose", "business", NULL};

static bool is_words(const struct jsm_field *f)
{
    return f->kind == FIELD_TEXT || f->kind == FIELD_RICH;
}

bool lock_is_id(struct str id)
{
    for (size_t i = 0; i < id.len; i++)
        if ((unsigned char)id.p[i] >= 0x80 ||
            (!is_letter(id.p[i]) && !(id.p[i] >= '0' && id.p[i] <= '9') && id.p[i] != '_'))
            return false;
    return id.len > 0 && id.len <= 64;
}

/* Can a mapping say it? */
static bool is_form_id(struct str id)
{
    for (size_t i = 0; i < id.len; i++)
        if ((unsigned char)id.p[i] >= 0x80 ||
            (!is_letter(id.p[i]) && !(id.p[i] >= '0' && id.p[i] <= '9') && id.p[i] != '-'))
            return false;
    return id.len > 0 && id.len <= 64;
}

static bool is_own(const struct jsm_field *f)
{
    return (lock_is_question(f->id) ||
            (str_starts(f->id, STR("customfield_")) && lock_is_id(f->id))) &&
           f->writable;
}

bool lock_is_question(struct str id)
{
    struct str number = id;

    if (!str_starts(id, STR(FIELD_QUESTION)))
        return false;
    (void)str_cut(&number, '.');
    for (size_t i = 0; i < number.len; i++)
        if (number.p[i] < (i ? '0' : '1') || number.p[i] > '9')
            return false;
    return number.len > 0 && number.len <= 9;
}

/* How much a field looks like it; 0: not at all. */
typedef int score_fn(const struct jsm_field *f);

static int like_subject(const struct jsm_field *f)
{
    bool named = lock_says(f->name, PEOPLE);

    if (lock_says(f->name, OTHERS))
        return 0;
    if (f->kind == FIELD_USER)
        return named ? 4 : 2;
    return f->kind == FIELD_TEXT && named ? 3 : 0;
}

static int like_application(const struct jsm_field *f)
{
    bool named = lock_says(f->name, SYSTEMS);

    if (f->kind == FIELD_OPTION && !lock_is_yes_no(f))
        return named ? 4 : 1;
    return f->kind == FIELD_TEXT && named ? 2 : 0;
}

static int like_entitlement(const struct jsm_field *f)
{
    bool named = lock_says(f->name, ROLES) && !lock_says(f->name, OTHERS);

    if (!named || lock_is_yes_no(f))
        return 0;
    return f->kind == FIELD_TEXT || f->kind == FIELD_OPTION     ? 4
           : f->kind == FIELD_GROUP || f->kind == FIELD_CASCADE ? 3
                                                                : 0;
}

static int like_privileged(const struct jsm_field *f)
{
    return lock_is_yes_no(f) && lock_says(f->name, POWERS) ? 1 : 0;
}

static int like_justification(const struct jsm_field *f)
{
    return is_words(f) && lock_says(f->name, REASONS) ? 1 : 0;
}

/* The most alike, the first of several; not one that is something else already. */
static const struct jsm_field *best(const struct jsm_form *form, score_fn *score,
                                    const struct jsm_field *const *taken, size_t taken_count)
{
    const struct jsm_field *found = NULL;
    int most = 0;

    for (size_t i = 0; i < form->count; i++) {
        const struct jsm_field *f = &form->fields[i];
        bool free = is_own(f) && (!lock_is_question(f->id) || is_form_id(form->template));
        for (size_t k = 0; k < taken_count; k++)
            free = free && f != taken[k];
        int points = free ? score(f) : 0;
        if (points > most) {
            most = points;
            found = f;
        }
    }
    return found;
}

void lock_guess(const struct lock_type *type, struct lock_guess *ret)
{
    static const char *const REMOVALS[] = {"remove",    "removal", "revoke",   "delete",
                                           "leaver",    "leaving", "leave",    "offboard",
                                           "terminate", "disable", "withdraw", NULL};
    static const char *const CHANGES[] = {"modify", "change", "transfer", "update", NULL};
    const struct jsm_field *taken[4] = {NULL};

    taken[0] = ret->privileged = best(&type->form, like_privileged, taken, 0);
    taken[1] = ret->justification = best(&type->form, like_justification, taken, 1);
    taken[2] = ret->subject = best(&type->form, like_subject, taken, 2);
    taken[3] = ret->entitlement = best(&type->form, like_entitlement, taken, 3);
    ret->application = best(&type->form, like_application, taken, 4);
    ret->change = lock_says(type->name, REMOVALS)  ? "removal"
                  : lock_says(type->name, CHANGES) ? "modify"
                                                   : "grant";
}
