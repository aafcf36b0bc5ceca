"""What persons, machines and carriers say, as phrases to draw from. Two halves: parameters were set on TRAIN, scores are of TEST.

But for the one word that everybody says, no phrase, name or firm of one half stands in the other. A dot or a full-width stop is a
pause between two spoken pieces; how long it is, the speaker draws. `{n}` is a name, `{f}` a firm, `{d}` digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from callcenter.kernel.words import Language


@dataclass(frozen=True, slots=True)
class Phrases:
    short: tuple[str, ...]
    """Persons: a word or two, then they wait."""
    named: tuple[str, ...]
    """Persons: up to two seconds."""
    long: tuple[str, ...]
    """Persons at a firm's desk, two to five seconds: as long as many a machine."""
    machine: tuple[str, ...]
    brief: tuple[str, ...]
    """Machines that say no more than a person might."""
    carrier: tuple[str, ...]
    names: tuple[str, ...]
    firms: tuple[str, ...]


_EN_TRAIN = Phrases(
    short=("Hello?", "Hello.", "Yes?", "Hi.", "Hello, hello?", "Yeah?", "Hi, hello.", "Who is this?", "Good morning."),
    named=("{n} speaking.", "Hello, this is {n}.", "{n}.", "Hi, {n} here.", "{f}, good morning.", "The {n} residence."),
    long=(
        "Good afternoon, {f}, this is {n}, how can I help you?",
        "Thank you for calling {f}, {n} speaking, what can I do for you today?",
        "{f}, customer service, my name is {n}, good morning.",
    ),
    machine=(
        "Hi, you have reached {n}. I can not come to the phone right now. Please leave a message after the tone.",
        "You have reached the voice mailbox of {d}. Please leave a message after the beep.",
        "Hello, this is {n}. Sorry I missed your call. Leave your name and number and I will call you back.",
        "Your call has been forwarded to an automatic voice message system. {d} is not available. Record your message now.",
        "Thank you for calling {f}. Our office is closed. Our hours are nine to five, Monday to Friday. Please leave a message.",
        "This is the {n} family. We are not at home. You know what to do.",
    ),
    brief=("Please leave a message.", "It is {n}. Leave a message."),
    carrier=(
        "The number you have dialed is not in service. Please check the number and dial again.",
        "We are sorry. Your call can not be completed as dialed. Please hang up and try again.",
        "All circuits are busy now. Please try your call again later.",
    ),
    names=("Anna", "Peter Miller", "Maria", "John Smith", "Susan", "Doctor Brown", "Kevin", "Laura Jones"),
    firms=("Acme Tools", "Miller and Sons", "North Bank", "Green Valley Dental", "City Motors"),
)
_EN_TEST = Phrases(
    short=("Hello?", "Hullo?", "Yes hello?", "Hey.", "Yep?", "Hello, who's calling?", "Good evening.", "Speaking.", "What's up?"),
    named=("{n} on the phone.", "Yes, {n} here.", "Good day, {n}.", "You're speaking to {n}.", "Office of {f}.", "{n}'s phone."),
    long=(
        "Welcome to {f}, you are talking to {n}, how may I direct your call?",
        "{f}, reception, good evening, who would you like to speak to?",
        "Hello and thanks for calling {f}, I'm {n}, is this about an appointment?",
    ),
    machine=(
        "Hey, it's {n}. I'm probably in a meeting or driving. Say something nice after the beep and I'll get back to you.",
        "The person at extension {d} is unavailable. To leave a voice message, wait for the tone. When you are done, hang up.",
        "We can't take your call at the moment. If it is urgent, dial {d}. Otherwise leave us a message with your name.",
        "Welcome to {f}. All of our staff are helping other customers. Leave your details and we will return your call.",
        "The customer you are calling is not answering. Please speak after the signal.",
        "Hello. Hello? Can you hear me? Just joking, I'm not here. Leave a message for {n}.",
    ),
    brief=("Leave it after the tone.", "{n}'s voice mail."),
    carrier=(
        "The subscriber you are trying to reach is switched off or out of coverage. Please try later.",
        "This number has been changed or disconnected. No further information is available.",
        "Calls to this line are not accepted. Announcement {d}.",
    ),
    names=("Olivia", "George Taylor", "Emma", "Frank Wilson", "Chloe", "Professor White", "Henry", "Alice Cooper"),
    firms=("Blue River Travel", "Harbour Insurance", "Fox and Partners", "Sunrise Clinic", "Metro Plumbing"),
)
_ZH_TRAIN = Phrases(
    short=("喂？", "喂，你好。", "你好。", "喂喂？", "哪位？", "您好。", "喂，谁啊？"),
    named=("我是{n}。", "喂，我是{n}，你说。", "您好，{f}。", "{n}，哪位？"),
    long=("您好，这里是{f}，我是{n}，请问有什么可以帮您？", "你好，{f}前台，请问您找哪一位？"),
    machine=(
        "您好，我是{n}。我现在不方便接听电话。请在提示音后留言。",
        "您拨打的用户暂时无法接听。请在滴声后留下您的口信。留言结束请挂机。",
        "您好，欢迎致电{f}。现在是非工作时间。我们的工作时间是周一到周五九点到五点。请留言。",
    ),
    brief=("请留言。", "我是{n}，请留言。"),
    carrier=("您拨打的电话已关机。请稍后再拨。", "您拨打的号码是空号。请核对后再拨。"),
    names=("小王", "李明", "张丽", "老陈"),
    firms=("东方银行", "新华书店", "长江物流"),
)
_ZH_TEST = Phrases(
    short=("喂您好？", "唉，你好。", "喂，说。", "你好你好。", "谁呀？", "喂，听得见吗？"),
    named=("喂，{n}，请讲。", "{f}，您好。", "对，我就是{n}。", "这里是{n}家。"),
    long=("早上好，{f}客服中心，工号{d}为您服务。", "您好，{f}，我姓刘，您是要预约还是咨询？"),
    machine=(
        "这里是{n}的语音信箱。听到嘟的一声后请讲话。我会尽快给您回电。",
        "对不起，您所呼叫的用户正忙。您可以留下语音信息。按任意键结束。",
        "感谢来电。{f}的客服人员都在忙。请留下您的姓名和电话号码。",
    ),
    brief=("有事请留言。", "{n}不在。"),
    carrier=("对不起，您呼叫的用户不在服务区。请稍后再试。", "您的通话暂时无法接通。代码{d}。"),
    names=("赵强", "周洁", "吴先生", "小孙"),
    firms=("蓝天旅行社", "平安诊所", "大海装修公司"),
)
PHRASES: Mapping[tuple[str, Language], Phrases] = {
    ("train", "en"): _EN_TRAIN,
    ("test", "en"): _EN_TEST,
    ("train", "zh"): _ZH_TRAIN,
    ("test", "zh"): _ZH_TEST,
}
