"""The words of the Arabic summary, as written in Morocco: Latin digits, and its own names of months.

Only the summary is in Arabic: the rules of a contract are those of its text, which is in French.
"""

from reports.catalogue import Catalogue
from reports.formats import NARROW_NO_BREAK, NO_BREAK, Formats

FORMATS = Formats(
    decimal_sign=",",
    group_sign=NARROW_NO_BREAK,
    percent_pattern=f"{{value}}{NO_BREAK}%",
    money_pattern=f"{{value}}{NO_BREAK}{{currency}}",
    date_pattern="%Y-%m-%d",
    months=(
        "يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو",
        "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر",
    ),
)  # fmt: skip

TEXTS = {
    "title": "بيان مستوى الخدمة – ملخص",
    "tenant": "المكتري",
    "manager": "مسير المنصة",
    "manager.unknown": "في انتظار التأكيد",
    "number": "رقم البيان",
    "replaces": "يعوض البيان رقم",
    "issued_at": "حُرر في",
    "period": "الفترة",
    "head.version": "النسخة {version}",
    "status.final": "وثيقة نهائية",
    "status.issued": "وثيقة صادرة",
    "status.contested": "وثيقة صادرة، منازع فيها",
    "status.provisional": "وثيقة مؤقتة",
    "watermark.provisional": "مؤقت",
    "demo": "{label} – مكترون ومتعهدون وقياسات من نسج الخيال. لا تلزم هذه الوثيقة أحدا.",
    "summary": "الخلاصة",
    "agreement": "الاتفاقية {agreement}",
    "circuit": "الخط",
    "objective": "الالتزام",
    "measured": "القياس",
    "verdict": "الحكم",
    "verdict.met": "محترم",
    "verdict.breached": "غير محترم",
    "verdict.open": "جار",
    "verdict.insufficient_data": "معطيات غير كافية",
    "verdict.not_measurable": "لا شيء للقياس",
    "verdict.to_date": "إلى حدود اليوم",
    "indicator.short.availability": "التوفر",
    "indicator.short.loss": "فقدان الحزم",
    "indicator.short.round_trip": "زمن الاستجابة",
    "indicator.short.time_to_restore": "أجل استعادة الخدمة",
    "measured.round_trip": "{value} ms",
    "measured.tickets": "تذاكر خارج الأجل: {breached} من {count}",
    "measured.no_ticket": "لا تذكرة في الفترة",
    "no_value": "بدون قيمة",
    "credit": "إشعار دائن دون الرسوم",
    "total": "مقترح الإشعار الدائن",
    "total_note": "المبالغ دون احتساب الرسوم. لا يصبح المقترح مستحقا إلا بعد المسطرة التواجهية المنصوص عليها في العقد.",
    "excluding_tax": "دون احتساب الرسوم",
    "adjustment": "التسوية مقارنة مع النسخة السابقة",
    "colon": ": ",
    "verification": "التحقق من هذا البيان",
    "verification.summary": "هذا ملخص. البيان الكامل بالفرنسية أو الإنجليزية هو المرجع، والملف المرفق يتضمن كل "
    "الأرقام. احتفظوا به: البصمة أسفله تثبت أن السجل لم يتغير.",
    "foot.sha256": "SHA-256 {sha256}…",
    "foot.heads": "السجلات: انظر التحقق من هذا البيان",
    "foot.head": "{agreement} n° {entry}: {sha256}…",
    "page": "الصفحة",
}

ARABIC = Catalogue("ar", TEXTS, FORMATS, "MA", "rtl")
