"""The demo county's people on the move: one lent member leaves and has stated what passes to whom; another has left."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.clock import local_date
from tracker.database import transaction
from tracker.demo.people import World
from tracker.queries.held import held_counts
from tracker.services.findings import FindingValues, finding_draft
from tracker.services.handovers import handover_accept, handover_propose

_LEAVES = "group1m2"  # 督导一组组员乙, to 组员甲, who is one of the demo's own people
_RECEIVES = "demo-member"
_LEFT = "group1m3"


def departures_play(world: World, at: datetime) -> None:
    """Let two members of the first group leave: one handed everything over, the other waits for the answer."""
    today = local_date(at)
    place = next(village for village, number in world.group_of.items() if number == 0)
    receiver = world.actor(world.people[_RECEIVES], today)
    for login, days, words in ((_LEFT, 0, "示例：健身器材松动"), (_LEAVES, 10, "示例：文化墙脱落，待补照片")):
        with transaction():
            post = world.people[login]
            post.valid_to = today + timedelta(days=days)
            giver = world.actor(post, today)
            values = FindingValues(location_id=place, category="环境卫生", description=words)
            finding_draft(values=values, actor=giver, at=at - timedelta(days=2))
            kinds = held_counts([post])[post.id]
            (handover,) = handover_propose(
                post_id=post.id, receivers=dict.fromkeys(kinds, receiver.person_id),
                reason="示例：抽调期满，返回原单位", actor=giver, at=at - timedelta(days=1),
            )  # fmt: skip
            if not days:
                handover_accept(handover_id=handover.id, actor=receiver, at=at - timedelta(hours=20))
