"""What stops a start, said so that the reader knows what to do."""

from __future__ import annotations

import errno


class LaunchError(Exception):
    """The start cannot go on. Carries one or more Chinese sentences: what is wrong and what to do."""


def explain_os_error(error: OSError) -> str:
    """The sentence for a failed file or process operation."""
    where = f"：{error.filename}" if error.filename else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"磁盘空间不足{where}。请清理磁盘（首次安装约需 1 GB），然后再运行一次；没做完的步骤会自动补做。"
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"没有写入权限{where}。请用该目录的所有者运行，或用环境变量 IPDASH_VAR 指定一个可写的数据目录。"
    return f"系统操作失败：{error}。"
