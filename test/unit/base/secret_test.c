#include "base/secret.h"

#include "unit.h"

static void kept_and_revealed(void **state)
{
    char source[] = "hunter2";
    (void)state;

    struct secret *s = secret_new(str_of(source));
    source[0] = 'X';
    assert_str(secret_reveal(s), "hunter2");
    assert_int_equal(secret_reveal(s).p[7], '\0');
    secret_free(s);

    s = secret_new(STR_NONE);
    assert_true(str_empty(secret_reveal(s)));
    secret_free(s);

    assert_true(str_empty(secret_reveal(NULL)));
    secret_free(NULL);
}

UNIT_MAIN(cmocka_unit_test(kept_and_revealed))
