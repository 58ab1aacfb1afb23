#include "domain/request.h"

#include <string.h>

#include "unit.h"

static void names_go_there_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < PHASE_COUNT; i++) {
        enum phase p;
        assert_true(phase_from(str_of(phase_name((enum phase)i)), &p));
        assert_int_equal(p, i);
    }
    for (int i = 0; i < 3; i++) {
        enum request_kind k;
        enum gate_mode m;
        assert_true(request_kind_from(str_of(request_kind_name((enum request_kind)i)), &k));
        assert_int_equal(k, i);
        assert_true(gate_mode_from(str_of(gate_mode_name((enum gate_mode)i)), &m));
        assert_int_equal(m, i);
    }
}

static void other_names_are_refused(void **state)
{
    static const char *const NAMES[] = {"", "Closed", "closed ", "close", "nothing"};
    (void)state;
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        enum phase p;
        enum request_kind k;
        enum gate_mode m;
        assert_false(phase_from(str_of(NAMES[i]), &p));
        assert_false(request_kind_from(str_of(NAMES[i]), &k));
        assert_false(gate_mode_from(str_of(NAMES[i]), &m));
    }
}

static void denied_cancelled_and_expired_are_the_end(void **state)
{
    size_t count;
    const struct phase_edge *edges = phase_edges(&count);
    (void)state;

    for (int i = 0; i < PHASE_COUNT; i++) {
        bool end = i == PHASE_DENIED || i == PHASE_CANCELLED || i == PHASE_EXPIRED;
        bool has_road = false;
        assert_int_equal(phase_is_terminal((enum phase)i), end);
        for (size_t k = 0; k < count; k++)
            has_road |= edges[k].from == (enum phase)i;
        /* only a cancelled ticket that is opened again brings its request back */
        assert_int_equal(has_road, !end || i == PHASE_CANCELLED);
        assert_int_equal(phase_move_allowed(PHASE_CANCELLED, (enum phase)i),
                         i == PHASE_FULFILLING || i == PHASE_RECEIVED);
    }
}

static void every_edge_has_a_reason_and_stands_there_once(void **state)
{
    size_t count;
    const struct phase_edge *edges = phase_edges(&count);
    (void)state;

    for (size_t i = 0; i < count; i++) {
        assert_true(strlen(edges[i].reason) > 5);
        assert_int_not_equal(edges[i].from, edges[i].to);
        assert_true(phase_move_allowed(edges[i].from, edges[i].to));
        for (size_t k = i + 1; k < count; k++)
            assert_false(edges[i].from == edges[k].from && edges[i].to == edges[k].to);
    }
    for (int i = 0; i < PHASE_COUNT; i++) /* staying is not a move */
        assert_false(phase_move_allowed((enum phase)i, (enum phase)i));
}

static void closed_is_reached_from_proof_only(void **state)
{
    (void)state;
    for (int i = 0; i < PHASE_COUNT; i++) {
        bool proof = i == PHASE_VERIFIED || i == PHASE_EXCEPTION;
        bool reading = i == PHASE_VERIFYING;
        assert_int_equal(phase_move_allowed((enum phase)i, PHASE_CLOSED), proof);
        assert_int_equal(phase_move_allowed((enum phase)i, PHASE_VERIFIED), reading);
        assert_int_equal(phase_move_allowed((enum phase)i, PHASE_EXCEPTION), reading);
    }
}

static void work_starts_after_approval_only(void **state)
{
    (void)state;
    assert_false(phase_move_allowed(PHASE_RECEIVED, PHASE_TICKETING));
    assert_false(phase_move_allowed(PHASE_RECEIVED, PHASE_FULFILLING));
    assert_false(phase_move_allowed(PHASE_PENDING_APPROVAL, PHASE_FULFILLING));
    assert_false(phase_move_allowed(PHASE_PENDING_APPROVAL, PHASE_CLAIMED));
    assert_true(phase_move_allowed(PHASE_APPROVED, PHASE_FULFILLING));
}

UNIT_MAIN(cmocka_unit_test(names_go_there_and_back), cmocka_unit_test(other_names_are_refused),
          cmocka_unit_test(denied_cancelled_and_expired_are_the_end),
          cmocka_unit_test(every_edge_has_a_reason_and_stands_there_once),
          cmocka_unit_test(closed_is_reached_from_proof_only),
          cmocka_unit_test(work_starts_after_approval_only))
