"""Units, places and persons as ledgers name them."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reading.names import people_names, split_place, unit_key, without_kind

COUNTY = st.sampled_from(["", "武陟县", "山阳区", "沁阳市"])
TOWNSHIP = st.sampled_from(["三阳乡", "西村乡", "清化镇街道", "东方红街道", "嘉应观乡", "武德镇"])
VILLAGE = st.sampled_from(
    ["宋庄村", "柳村", "和平街社区", "宋庄村民委员会", "站东社区居民委员会", "镇北村", "道清里社区", "宋庄"]
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("三里社区", "三里社区"),
        (" 三 里　社区 ", "三里社区"),
        ("三里社区（城北）", "三里社区"),
        ("三里社区(城北)【新】", "三里社区"),
        ("三里社区、", "三里社区"),
        ("（三里）", "(三里)"),
        ("ＡＢＣ公司", "abc公司"),
        ("", ""),
    ],
)
def test_spellings_of_a_name_meet(name: str, key: str) -> None:
    assert unit_key(name) == key


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (("三里", "三里社区", "三里社区居民委员会", "三里社区居委会", "三里居委会", "中共三里社区党支部"), "三里"),
        (("宋庄", "宋庄村", "宋庄村民委员会", "宋庄村村民委员会", "宋庄村委会", "宋庄村委", "宋庄村党支部"), "宋庄"),
        (("三阳", "三阳乡", "三阳乡人民政府", "三阳乡政府", "三阳乡党委"), "三阳"),
        (("东方红", "东方红街道", "东方红街道办事处", "东方红街道办", "东方红街道党工委"), "东方红"),
        (("北姚社区", "北姚村社区居民委员会"), "北姚"),
        (("武陟县", "武陟县人民政府", "武陟县政府"), "武陟县"),
        (("柳村", "柳村村民委员会", "柳村民委员会", "柳村委会"), "柳村"),
        (("东村",), "东村"),
        (("柳镇", "柳镇政府"), "柳镇"),
        (("村",), "村"),
        (("社区",), "社区"),
        (("乡村振兴局",), "乡村振兴局"),
    ],
)
def test_a_name_without_its_kind(names: tuple[str, ...], key: str) -> None:
    assert {without_kind(name) for name in names} == {key}


@given(st.text("三里柳宋庄东村镇乡街道社区委员会居民政府办事处党支部", max_size=14))
def test_at_least_two_characters_stay(name: str) -> None:
    key = without_kind(name)
    assert len(key) >= min(2, len(name))
    assert name.startswith(key)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("三阳乡宋庄村", ("三阳乡", "宋庄村")),
        ("东方红街道和平街社区", ("东方红街道", "和平街社区")),
        ("武陟县三阳乡宋庄村", ("武陟县", "三阳乡", "宋庄村")),
        ("河南省焦作市武陟县三阳乡宋庄村", ("河南省", "焦作市", "武陟县", "三阳乡", "宋庄村")),
        ("城乡一体化示范区李万街道造店村", ("城乡一体化示范区", "李万街道", "造店村")),
        ("武陟县宋庄村", ("武陟县", "宋庄村")),
        ("三阳乡宋庄", ("三阳乡", "宋庄")),
        ("三阳乡 宋庄村", ("三阳乡", "宋庄村")),
        ("武陟县/三阳乡-宋庄村", ("武陟县", "三阳乡", "宋庄村")),
        ("马家镇镇北村", ("马家镇", "镇北村")),
    ],
)
def test_places_in_one_run_are_parted(text: str, best: tuple[str, ...]) -> None:
    assert split_place(text)[0] == best
    assert (text,) in split_place(text) or len(split_place(text)) == 4


@pytest.mark.parametrize(
    "name",
    [
        "三里社区", "柳村", "三阳乡", "武陟县", "镇东村", "街道口社区", "西村乡", "乡村振兴局", "住房和城乡建设局",
        "小城镇建设办公室", "新型城镇化办公室", "魁张镇村民委员会", "祥云镇村村民委员会", "世纪新区社区居民委员会",
        "三阳乡人民政府", "三阳乡党委", "博爱县政府", "东方红街道办事处", "各乡镇村", "相关乡镇街道", "果品市场",
        "超市门口", "高新区", "武陟县政府、修武县政府、市投资集团", "果品市场/新田村4队/跃进村", "乡" * 100,
    ],
)  # fmt: skip
def test_a_single_name_stays_whole(name: str) -> None:
    assert split_place(name) == ((name,),)


def test_an_unlike_rest_comes_after_the_whole() -> None:
    assert split_place("三阳乡卫生院") == (("三阳乡卫生院",), ("三阳乡", "卫生院"))


def test_a_street_may_share_its_last_character_with_the_community() -> None:
    assert ("民主街道", "道清里社区") in split_place("民主街道清里社区")


@given(COUNTY, TOWNSHIP, VILLAGE)
def test_what_is_joined_is_parted_again(county: str, township: str, village: str) -> None:
    parts = tuple(part for part in (county, township, village) if part)
    assert parts in split_place("".join(parts))
    assert split_place(" ".join(parts))[0] == parts


@given(st.text("三乡镇街道县市区村社区民委员会 /-", max_size=70))
def test_each_way_holds_the_whole_text(text: str) -> None:
    ways = split_place(text)
    assert len(ways) <= 4
    assert bool(ways) == bool(text.strip(" /-"))
    assert all(all(way) for way in ways)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("张三、李四", ("张三", "李四")),
        ("张三 李四", ("张三", "李四")),
        ("张三,李四；王五/赵六\n钱七", ("张三", "李四", "王五", "赵六", "钱七")),
        ("张三（副书记）13800000000", ("张三",)),
        ("张三 138 0000 0000", ("张三",)),
        ("张  三、李四光", ("张三", "李四光")),
        ("副书记张三", ("张三",)),
        ("张三书记", ("张三",)),
        ("村支部书记 张三", ("张三",)),
        ("王书记", ("王书记",)),
        ("责任人：张三 电话：13800000000", ("张三",)),
        ("张三等3人", ("张三",)),
        ("张三、张三", ("张三",)),
        ("张和平", ("张和平",)),
        ("阿里木·买买提", ("阿里木·买买提",)),
        ("John Smith, 张三", ("John Smith", "张三")),
        ("李四副主任、" + "张" * 31, ("李四",)),
        ("无", ()),
        ("", ()),
    ],
)
def test_names_of_people(text: str, names: tuple[str, ...]) -> None:
    assert people_names(text) == names


@pytest.mark.parametrize(
    "text", ["书记" * 20_000, "张 " * 30_000, "(" * 60_000, "1 " * 40_000, "副" * 50_000, "县" * 50_000, "三阳县" * 20]
)
def test_no_text_takes_long(text: str) -> None:
    start = process_time()
    people_names(text)
    without_kind(text)
    split_place(text)
    assert process_time() - start < 1
