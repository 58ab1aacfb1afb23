#include "base/list.h"

#include "unit.h"

struct thing {
    int number;
    struct list link;
};

static int sum(const struct list *head)
{
    int digits = 0;
    LIST_EACH (it, head)
        digits = digits * 10 + container_of(it, struct thing, link)->number;
    return digits;
}

static void first_in_first_out(void **state)
{
    struct list head;
    struct thing a = {.number = 1}, b = {.number = 2}, c = {.number = 3};
    (void)state;

    list_init(&head);
    assert_true(list_empty(&head));
    assert_null(list_shift(&head));
    list_push(&head, &a.link);
    list_push(&head, &b.link);
    list_push(&head, &c.link);
    assert_int_equal(sum(&head), 123);
    list_remove(&b.link);
    list_remove(&b.link); /* twice is harmless */
    assert_int_equal(sum(&head), 13);
    list_push(&head, &b.link);
    assert_ptr_equal(list_shift(&head), &a.link);
    assert_true(list_empty(&a.link));
    assert_int_equal(sum(&head), 32);
    list_shift(&head);
    list_shift(&head);
    assert_true(list_empty(&head));
}

UNIT_MAIN(cmocka_unit_test(first_in_first_out))
