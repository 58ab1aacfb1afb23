/* A removal that is ended on its ticket. */
#include "domain/given_up.h"

#include "deciding.h"

static void what_is_to_go_is_not_given_up_unseen(void **state)
{
    static const struct {
        enum status_role role;
        enum phase to;
    } ENDS[] = {{STATUS_CANCELLED, PHASE_CANCELLED}, {STATUS_DECLINED, PHASE_DENIED}};
    struct item taken = item_of(DESIRED_ABSENT, NULL, 0), given = item_of(DESIRED_PRESENT, NULL, 0);
    (void)state;

    for (size_t i = 0; i < COUNT(ENDS); i++) {
        struct dossier d = dossier_of(&taken);
        d.ticket.role = ENDS[i].role;
        struct decision r = decided(&d);
        assert_true(r.move && r.to == ENDS[i].to && r.given_up);
        d.verified_ms = NOW; /* it is proven gone */
        assert_false(given_up(&d));
        d.verified_ms = 0;
        d.approved_ms = 0; /* nobody has said yes */
        assert_false(given_up(&d));
        d.approved_ms = ASKED;
        taken.ahead = true; /* it goes on, on a ticket of its own */
        assert_false(given_up(&d));
        taken.ahead_over = true;
        assert_true(given_up(&d));
        taken.ahead = taken.ahead_over = false;
        d.ticket.moved_by_us = true;
        assert_false(decided(&d).given_up);
        d = dossier_of(&given);
        d.ticket.role = ENDS[i].role;
        r = decided(&d);
        assert_true(r.move && r.to == ENDS[i].to && !r.given_up);
    }
}

static void nothing_else_is_given_up(void **state)
{
    struct item taken = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&taken);
    (void)state;

    assert_false(decided(&d).given_up);
    d.cancel_asked = true; /* by the platform */
    struct decision r = decided(&d);
    MOVES(r, PHASE_CANCELLED, "Withdrawn");
    assert_false(r.given_up);
}

UNIT_MAIN(cmocka_unit_test(what_is_to_go_is_not_given_up_unseen),
          cmocka_unit_test(nothing_else_is_given_up))
