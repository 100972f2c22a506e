"""Actions and objects of the audit log in words; what has none yet is shown by its code."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Any] = {
    "audit.export": _("导出审计日志"),
    "audit.verify": _("校验审计日志"),
    "bulletin.issue": _("印发通报"),
    "demo.load": _("装入演示数据"),
    "duty.change": _("修改填报责任"),
    "duty.create": _("新增填报责任"),
    "evidence.add": _("附上佐证材料"),
    "evidence.remove": _("移除佐证材料"),
    "figure.approve": _("通过填报数据"),
    "figure.return": _("退回填报数据"),
    "figure.save": _("填报数据"),
    "figure.submit": _("提交填报数据"),
    "backup.create": _("备份"),
    "backup.restore": _("从备份恢复"),
    "figure.undo": _("恢复上传前的数据"),
    "import.add": _("补录导入条目"),
    "import.answer": _("确定导入草稿的单位、指标或口径"),
    "import.check": _("核对导入疑点"),
    "import.correct": _("更正导入条目"),
    "import.discard": _("放弃导入草稿"),
    "import.drop": _("去掉导入条目"),
    "import.merge": _("导入草稿并入规划"),
    "import.receive": _("读入规划文件"),
    "import.restore": _("恢复导入条目"),
    "indicator.change": _("修改指标目录"),
    "indicator.create": _("新增指标"),
    "indicator.load": _("装入指标目录"),
    "job.retry": _("重新运行作业"),
    "period.change": _("修改填报期"),
    "period.create": _("开放填报期"),
    "plan.change": _("修改规划"),
    "plan.create": _("新建规划"),
    "plan.import": _("导入规划"),
    "region.load": _("装入行政区划"),
    "request.refused": _("被拒绝的请求"),
    "role.grant": _("授予角色"),
    "role.revoke": _("撤销角色"),
    "session.expire": _("会话到期"),
    "session.login": _("登录"),
    "session.logout": _("退出登录"),
    "target_line.adjust": _("目标调整"),
    "target_line.change": _("修改目标"),
    "target_line.create": _("新增目标"),
    "target_line.decompose": _("分解目标"),
    "target_line.import": _("导入目标"),
    "target_line.undo_decomposition": _("撤销分解"),
    "task.change": _("修改任务"),
    "task.create": _("新增任务"),
    "token.issue": _("生成令牌"),
    "token.revoke": _("撤销令牌"),
    "unit.change": _("修改单位"),
    "unit.merge": _("合并单位"),
    "unit.create": _("新增单位"),
    "unit.load": _("装入单位"),
    "upload.commit": _("导入上传文件"),
    "upload.receive": _("接收上传文件"),
    "period.urge": _("催报"),
    "upload.undo": _("撤销上传"),
    "user.change": _("修改账号"),
    "user.create": _("新建账号"),
    "user.disable": _("停用账号"),
    "user.enable": _("启用账号"),
    "user.password": _("修改密码"),
    "user.unlock": _("解锁账号"),
}


def action_label(action: str) -> str:
    """登录, or the code itself."""
    return str(ACTIONS.get(action, action))
