"""The demo county: the real divisions of 武陟县, people named by their posts, findings marked 示例."""

from tracker.demo.load import demo_is_loaded, demo_is_whole, demo_load
from tracker.demo.people import DEMO_PASSWORD, demo_logins

__all__ = ["DEMO_PASSWORD", "demo_is_loaded", "demo_is_whole", "demo_load", "demo_logins"]
