/* countersign init: a first configuration. Writes files into a folder of their own and over nothing
 * that is there; of Jira it reads the service desk where a token is at hand, and changes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "base/rng.h"
#include "cli/init_text.h"
#include "cli/lock_work.h"
#include "cli/view.h"
#include "io/io_file.h"
#include "lock/lock_scaffold.h"

static const char USAGE[] =
    "DIRECTORY --url URL --projects KEY[,KEY] [--email ADDRESS] [--flavour cloud|datacenter]\n"
    "           [--name NAME] [--token file:/PATH] [--source NAME=ldap|sql|scim|rest|csv]...\n"
    "           [--database CONNINFO] [--json]   what is missing is asked for at a terminal";

enum { OUT_BYTES = 4 * 1024 * 1024, ANSWER_BYTES = 400, MISSING_MAX = INIT_SOURCES_MAX + 2 };

struct missing {
    const char *file, *what;
};

struct init {
    struct cli *cli;
    struct arena *arena;
    struct init_site site;
    const char *folder; /* absolute */
    const char *config, *mapping;
    struct str config_word; /* as a shell takes it for one word */
    const char *made[2];    /* secrets that we think up ourselves */
    size_t made_count;
    struct missing missing[MISSING_MAX];
    size_t missing_count;
    const char *unseen; /* why the mapping is a placeholder; NULL: it is made of the desk */
};

/* --- what is asked for --- */

static const char *ask(struct arena *a, const char *question)
{
    char answer[ANSWER_BYTES];

    fprintf(stderr, "%s ", question);
    if (!fgets(answer, sizeof answer, stdin))
        return NULL;
    struct str said = str_trim(str_of(answer));
    return said.len ? arena_cstr(a, said) : NULL;
}

/* By option, else by asking whoever sits there. */
static struct str wanted(struct init *in, const char *option, const char *question)
{
    const char *value = cli_option(in->cli, option);

    if (!value && question && !in->cli->json && isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
        value = ask(in->arena, question);
    return str_trim(str_of(value));
}

static bool take_projects(struct init *in)
{
    struct init_site *s = &in->site;
    struct str rest = wanted(in, "projects", "Keys of the projects to govern (IAM,OPS)?");

    while (rest.len && s->project_count < INIT_PROJECTS_MAX) {
        struct str key = str_trim(str_cut(&rest, ','));
        if (key.len)
            s->projects[s->project_count++] = key;
    }
    return s->project_count && !rest.len;
}

static bool add_source(struct init_site *s, struct str name, struct str kind)
{
    if (!init_knows_kind(kind) || !name.len || s->source_count == INIT_SOURCES_MAX)
        return false;
    s->sources[s->source_count++] = (struct init_source){.name = name, .kind = kind};
    return true;
}

static bool take_sources(struct init *in)
{
    struct init_site *s = &in->site;

    for (const char *said; (said = cli_option(in->cli, "source")) != NULL;) {
        struct str kind = str_of(said), name = str_cut(&kind, '=');
        if (!add_source(s, name, kind))
            return false;
    }
    if (s->source_count)
        return true;
    struct str kind =
        wanted(in, "source", "Where is seen who has access: ldap (Enter), sql, scim, rest, csv?");
    return kind.len ? add_source(s, kind, kind) : add_source(s, STR("directory"), STR("ldap"));
}

/* https://acme.atlassian.net is called acme. */
static struct str name_of(struct str url)
{
    ptrdiff_t at = str_find(url, ':');
    struct str host = at < 0 ? STR_NONE : str_n(url.p + at + 1, url.len - (size_t)at - 1);

    while (str_starts(host, STR("/")))
        host = str_n(host.p + 1, host.len - 1);
    host = str_cut(&host, '/');
    host = str_cut(&host, ':');
    return str_cut(&host, '.');
}

static struct str secret_at(struct init *in, struct str name)
{
    return arena_printf(in->arena, "file:%s/secrets/%.*s", in->folder, STR_ARG(name));
}

/* False: it was said what is wrong. */
static bool take(struct init *in)
{
    struct init_site *s = &in->site;
    const char *lacks = NULL;

    s->url = wanted(in, "url", "Address of Jira (https://acme.atlassian.net)?");
    while (str_ends(s->url, STR("/")))
        s->url.len--;
    struct str flavour = wanted(in, "flavour", NULL);
    s->datacenter = str_eq(flavour, STR("datacenter"));
    if (flavour.len && !s->datacenter && !str_eq(flavour, STR("cloud")))
        lacks = "--flavour is cloud or datacenter";
    s->email = wanted(in, "email", s->datacenter ? NULL : "E-mail address of our account there?");
    s->name = wanted(in, "name", NULL);
    s->token = wanted(in, "token", NULL);
    s->database = wanted(in, "database", NULL);
    if (!s->url.len)
        lacks = "--url, the address of Jira, is missing";
    else if (!s->email.len && !s->datacenter)
        lacks = "--email, whose API token we sign in with, is missing";
    else if (!take_projects(in))
        lacks = "--projects, the keys of the projects to govern, is missing or names too many";
    else if (!take_sources(in))
        lacks = "--source is NAME=KIND, of kind ldap, sql, scim, rest or csv";
    if (!s->name.len)
        s->name = name_of(s->url);
    if (!s->database.len)
        s->database = STR("host=/run/postgresql dbname=countersign user=countersign");
    if (lacks)
        fprintf(stderr, "countersign init: %s\n", lacks);
    return !lacks;
}

/* --- what is written --- */

static int cannot_write(const char *path)
{
    fprintf(stderr, "countersign init: cannot write '%s': %s\n", path, strerror(errno));
    return EXIT_CODE_CANNOT_WRITE;
}

static bool make_folder(const char *path, mode_t mode)
{
    return mkdir(path, mode) == 0 || errno == EEXIST;
}

/* Never over a file that is there. */
static bool write_new(const char *path, struct str text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    size_t done = 0;

    if (fd < 0)
        return false;
    while (done < text.len) {
        ssize_t n = write(fd, text.p + done, text.len - done);
        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    if (close(fd) == 0 && done == text.len)
        return true;
    int why = errno;
    (void)unlink(path);
    errno = why;
    return false;
}

static int find_folder(struct init *in, const char *folder)
{
    char whole[4096];

    if (!make_folder(folder, 0777) || !realpath(folder, whole))
        return cannot_write(folder);
    in->folder = arena_cstr(in->arena, str_of(whole));
    in->config = arena_printf(in->arena, "%s/countersign.yaml", in->folder).p;
    in->mapping = arena_printf(in->arena, "%s/mapping.yaml", in->folder).p;
    for (int i = 0; i < 2; i++) {
        const char *path = i ? in->mapping : in->config;
        if (access(path, F_OK) != 0)
            continue;
        fprintf(stderr,
                "countersign init: '%s' is there already, so nothing was written: change it, or "
                "name another "
                "directory\n",
                path);
        return EXIT_CODE_CANNOT_WRITE;
    }
    struct init_site *s = &in->site;
    if (!s->token.len)
        s->token = secret_at(in, STR("jira-token"));
    s->webhook_secret = secret_at(in, STR("webhook-secret"));
    s->api_token = secret_at(in, STR("api-token"));
    s->database_password = secret_at(in, STR("database-password"));
    for (size_t i = 0; i < s->source_count; i++)
        s->sources[i].secret = secret_at(in, s->sources[i].name);
    return EXIT_CODE_OK;
}

static const char *no_environment(const char *name)
{
    (void)name;
    return NULL;
}

/* What was asked for may be wrong in itself (a name with a blank, an address without https): then
 * nothing stays. NULL: it was said. */
static const struct config *load(struct init *in)
{
    struct config_input input = {.file = in->config, .environment = no_environment};
    struct diag_list *diags = ARENA_NEW(in->arena, struct diag_list);
    struct diag_list *mapping = ARENA_NEW(in->arena, struct diag_list);
    const struct config *config = config_load_from(in->arena, &input, diags, mapping);

    if (config)
        return config;
    cli_print_faults(diags);
    cli_print_faults(mapping);
    (void)unlink(in->config);
    (void)unlink(in->mapping);
    fprintf(stderr, "countersign init: nothing was written, since that is no good configuration\n");
    return NULL;
}

static int write_files(struct init *in, const struct config **ret)
{
    AUTO(drop_buf) struct buf config;
    AUTO(drop_buf) struct buf mapping;

    buf_init(&config, OUT_BYTES);
    buf_init(&mapping, OUT_BYTES);
    init_text(INIT_CONFIG, &in->site, &config);
    init_text(INIT_MAPPING, &in->site, &mapping);
    if (!write_new(in->config, buf_str(&config), 0666))
        return cannot_write(in->config);
    if (!write_new(in->mapping, buf_str(&mapping), 0666)) {
        int code = cannot_write(in->mapping);
        (void)unlink(in->config);
        return code;
    }
    *ret = load(in);
    return *ret ? EXIT_CODE_OK : EXIT_CODE_USAGE;
}

/* What only we and whoever we give it to need know is thought up here. */
static int make_secret(struct init *in, const char *name)
{
    const char *path = arena_printf(in->arena, "%s/secrets/%s", in->folder, name).p;
    unsigned char random[32];
    char text[2 * sizeof random + 2];

    rng_secret(random, sizeof random);
    hex_encode(random, sizeof random, text);
    text[2 * sizeof random] = '\n';
    bool is_new = write_new(path, str_n(text, 2 * sizeof random + 1), 0600);
    if (!is_new && errno != EEXIST)
        return cannot_write(path);
    if (is_new)
        in->made[in->made_count++] = path;
    return EXIT_CODE_OK;
}

static int make_secrets(struct init *in)
{
    const char *folder = arena_printf(in->arena, "%s/secrets", in->folder).p;

    if (!make_folder(folder, 0700))
        return cannot_write(folder);
    int code = make_secret(in, "webhook-secret");
    return code ? code : make_secret(in, "api-token");
}

/* --- the service desk --- */

static bool is_readable(struct str reference)
{
    struct secret *secret = NULL;
    bool ok = file_secret(reference, &secret, NULL);

    secret_free(secret);
    return ok;
}

/* The mapping that we have just written gives way to one made of the desk, where we may see that.
 */
static const char *look(struct init *in, const struct config *config)
{
    AUTO(drop_buf) struct buf b;
    struct str names[INIT_SOURCES_MAX];
    struct lock_sources sources = {names, in->site.source_count};
    struct lock_as as = {0};
    struct err err = {0};

    if (!is_readable(in->site.token))
        return "there is no token yet to look at the service desk with";
    const struct lock_capture *made = lock_look(config, &config->sites[0], &as, in->arena, &err);
    if (!made || made->outcome != READ_OK)
        return arena_cstr(in->arena, str_of(made ? made->why : err.what));
    const struct lock_project *project = lock_project_of(&made->site, in->site.projects[0]);
    if (!project || !project->type_count)
        return "that project has no service desk that we may see";
    for (size_t i = 0; i < in->site.source_count; i++)
        names[i] = in->site.sources[i].name;
    buf_init(&b, OUT_BYTES);
    lock_scaffold_file(in->arena, &made->site, project, &sources, &b);
    if (b.over || !file_replace(in->mapping, buf_str(&b), &err))
        return "what was made of the service desk could not be written";
    return NULL;
}

/* --- what is said --- */

static struct str shell_word(struct arena *a, const char *text)
{
    AUTO(drop_buf) struct buf b;

    if (!text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-")])
        return str_of(text);
    buf_init(&b, 4 * strlen(text) + 8);
    buf_add_c(&b, "'");
    for (const char *c = text; *c; c++)
        if (*c == '\'')
            buf_add_c(&b, "'\\''");
        else
            buf_add_byte(&b, *c);
    buf_add_c(&b, "'");
    return arena_str(a, buf_str(&b));
}

static void add_missing(struct init *in, struct str reference, const char *what)
{
    struct str file = reference, kind = str_cut(&file, ':');

    if (str_eq(kind, STR("file")) && access(arena_cstr(in->arena, file), F_OK) != 0)
        in->missing[in->missing_count++] = (struct missing){arena_cstr(in->arena, file), what};
}

static void find_missing(struct init *in)
{
    const struct init_site *s = &in->site;

    add_missing(in, s->token,
                s->datacenter ? "the access token of our user"
                              : arena_printf(in->arena, "the API token of %.*s",
                                             STR_ARG(view_plain(in->arena, s->email)))
                                    .p);
    for (size_t i = 0; i < s->source_count; i++)
        if (!str_eq(s->sources[i].kind, STR("csv")))
            add_missing(in, s->sources[i].secret, "what its source is read with");
}

static void say_json(const struct init *in, struct str next)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, OUT_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "written");
    json_open_array(&out);
    json_put_str(&out, str_of(in->config));
    json_put_str(&out, str_of(in->mapping));
    for (size_t i = 0; i < in->made_count; i++)
        json_put_str(&out, str_of(in->made[i]));
    json_close_array(&out);
    json_bool_member(&out, "mapping_of_the_desk", !in->unseen);
    json_str_member(&out, "why_not", str_of(in->unseen));
    json_put_name(&out, "missing");
    json_open_array(&out);
    for (size_t i = 0; i < in->missing_count; i++) {
        json_open_object(&out);
        json_str_member(&out, "file", str_of(in->missing[i].file));
        json_str_member(&out, "what", str_of(in->missing[i].what));
        json_close_object(&out);
    }
    json_close_array(&out);
    json_str_member(&out, "next", next);
    json_close_object(&out);
    printf("%.*s\n", STR_ARG(buf_str(&b)));
}

static void say(const struct init *in, struct str next)
{
    printf("written  %s\n", in->config);
    printf("written  %s, %s\n", in->mapping,
           in->unseen ? "a placeholder" : "made of the service desk: look at each \"check:\"");
    for (size_t i = 0; i < in->made_count; i++)
        printf("made     %s\n", in->made[i]);
    for (size_t i = 0; i < in->missing_count; i++)
        printf("missing  %s: %s\n", in->missing[i].file, in->missing[i].what);
    if (in->unseen)
        printf("mapping  %s; once check is content: countersign mapping scaffold --service-desk "
               "%.*s --config %.*s\n",
               in->unseen, STR_ARG(in->site.projects[0]), STR_ARG(in->config_word));
    printf("next     %.*s\n", STR_ARG(next));
}

static int init(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(4 * (size_t)LIMIT_ARENA_VISIT);
    struct init *in = ARENA_NEW(arena, struct init);
    const struct config *config = NULL;

    *in = (struct init){.cli = cli, .arena = arena};
    if (!cli->argc)
        return cli_usage(cli, USAGE);
    if (!take(in))
        return EXIT_CODE_USAGE;
    const char *folder = cli_word(cli);
    if (!folder || cli->argc)
        return cli_usage(cli, USAGE);
    int code = find_folder(in, folder);
    if (code || (code = write_files(in, &config)) || (code = make_secrets(in)))
        return code;
    in->unseen = look(in, config);
    find_missing(in);
    in->config_word = shell_word(arena, in->config);
    struct str next =
        arena_printf(arena, "countersign check --config %.*s", STR_ARG(in->config_word));
    (cli->json ? say_json : say)(in, next);
    return EXIT_CODE_OK;
}

const struct cli_command CLI_INIT = {
    "init", "write a first configuration and mapping for a site; nothing is overwritten", init};
