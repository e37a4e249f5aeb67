"""How often somebody may come is counted over any minute, for each by themselves, and forgotten afterwards."""

from monitor.web.windows import PerMinute, Windows

TWICE = PerMinute(2)


def test_the_third_within_a_minute_is_one_too_many_and_is_not_counted():
    windows = Windows()
    assert [windows.hit(TWICE, "link", "a", now=now) for now in (100.0, 130.0, 140.0, 159.9)] == [
        True,
        True,
        False,
        False,
    ]
    assert windows.hit(TWICE, "link", "a", now=160.0)
    assert not windows.hit(TWICE, "link", "a", now=189.9)
    assert windows.hit(TWICE, "link", "a", now=190.0)


def test_each_is_counted_by_themselves_and_for_each_limit():
    windows = Windows()
    for _ in range(2):
        assert windows.hit(TWICE, "link", "a", now=100.0)
        assert windows.hit(TWICE, "link", "b", now=100.0)
        assert windows.hit(PerMinute(3), "link", "a", now=100.0)
    assert not windows.hit(TWICE, "link", "a", now=100.0)
    assert windows.hit(PerMinute(3), "link", "a", now=100.0)


def test_of_those_who_stay_away_nothing_is_kept():
    windows = Windows()
    for number in range(1000):
        windows.hit(TWICE, "link", str(number), now=100.0)
    windows.hit(TWICE, "link", "late", now=161.0)
    assert len(windows._came) == 1
