"""pytest finds `lib` (from lib import pg) whatever folder it is started in."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
