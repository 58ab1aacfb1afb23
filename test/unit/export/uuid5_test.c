/* The same name has the same id, and the one that others compute. */
#include "export/uuid5.h"

#include "unit.h"

/* Python: uuid.uuid5(uuid.NAMESPACE_URL, "https://example.com/log") */
static void as_others_compute_it(void **state)
{
    char text[UUID_TEXT_SIZE];
    struct uuid id = uuid5(&UUID_NAMESPACE_URL, STR("https://example.com/log"));

    (void)state;
    assert_string_equal(uuid_text(&UUID_NAMESPACE_URL, text),
                        "6ba7b811-9dad-11d1-80b4-00c04fd430c8");
    assert_string_equal(uuid_text(&id, text), "16a85950-58fc-5b3a-bc72-2297a4d78fc1");
}

UNIT_MAIN(cmocka_unit_test(as_others_compute_it))
