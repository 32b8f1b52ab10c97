from time import process_time

from pytest_keyauth.findings import Answer
from pytest_keyauth.reports.comparison import Row, compare_answers, mark_changes, write_answer


def answer(body: str, status: str = "400", media_type: str = "application/json") -> Answer:
    return Answer(status, media_type, body)


def test_an_answer_is_its_status_its_media_type_and_its_body() -> None:
    assert write_answer(answer("a\r\nb")) == ["HTTP 400", "content-type: application/json", "", "a", "b"]
    assert write_answer(Answer("304", "", "")) == ["HTTP 304"]


def test_changed_lines_are_side_by_side_and_an_added_one_is_beside_nothing() -> None:
    rows = compare_answers(answer('{\n "error": "a"\n}'), answer('{\n "error": "b",\n "code": 1\n}'))
    assert [row for row in rows if not row.is_same] == [Row(' "error": "a"', ' "error": "b",'), Row(None, ' "code": 1')]


def test_both_sides_are_whole_in_the_rows() -> None:
    left, right = answer("a\nb\nc\nd", "200"), answer("b\nx\nd\ne\nf", "404", "text/html")
    rows = compare_answers(left, right)
    assert [row.expected for row in rows if row.expected is not None] == write_answer(left)
    assert [row.actual for row in rows if row.actual is not None] == write_answer(right)


def test_the_words_that_changed_are_marked() -> None:
    before, after = mark_changes(Row("format is not valid", "format is invalid"))
    assert [piece for piece, changed in before if changed] == ["not valid"]
    assert [piece for piece, changed in after if changed] == ["invalid"]
    assert "".join(piece for piece, _ in before) == "format is not valid"


def test_lines_that_have_nothing_in_common_have_no_marks() -> None:
    assert mark_changes(Row("{", "<html>")) == ([("{", False)], [("<html>", False)])


def test_long_answers_are_cut_and_say_so_and_take_no_time() -> None:
    left = answer("\n".join(f"{number % 7} {'x' * 5_000}" for number in range(3_000)))
    right = answer("\n".join(f"{number % 5} {'x' * 5_000}" for number in range(3_000)))
    began = process_time()
    rows = compare_answers(left, right)
    assert process_time() - began < 2
    assert rows[-1] == Row("… (2,603 more lines)", "… (2,603 more lines)")
    assert max(len(row.expected or "") for row in rows) < 2_100
