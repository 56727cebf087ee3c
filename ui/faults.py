"""What the page says where it cannot go on: told in Chinese, with a way to try again. Asks nothing."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from ui import notices, signing
from ui.client import ApiError, Unreachable, Unsigned


@contextmanager
def told() -> Iterator[None]:
    """Around all of the page, and around each part that is drawn by itself and has nobody above it then."""
    try:
        yield
    except Unsigned as error:
        signing.form(str(error))
    except Unreachable as error:
        notices.stopped("连不上检索服务", str(error))
    except ApiError as error:
        notices.stopped("请求没有完成", str(error))
    except Exception:
        # Control flow of Streamlit is no Exception; what arrives here is a fault, and its traceback no user's business.
        logging.getLogger(__name__).exception("page")
        notices.stopped("页面出错", "页面出现意外错误。请刷新重试；若仍如此，请把运行 planseek serve 的窗口内容发给维护者。")
