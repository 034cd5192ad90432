"""The languages that people speak: codes of ISO 639-1, stored with commas."""

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from core.api.list_fields import CommaSeparatedField

MAX_LANGUAGES = 20
ISO_639_1 = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu
cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi
ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks
ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl
nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl
sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve
vi vo wa wo xh yi yo za zh zu
"""
CODES = frozenset(ISO_639_1.split())


class Languages(CommaSeparatedField):
    """Codes of languages, each once, in the order in which they were sent."""

    default_error_messages = {
        "unknown": _("Give codes of languages, such as lv, ru or en."),
    }
    max_length = MAX_LANGUAGES

    def to_internal_value(self, data: object) -> str:
        words = [word.lower() for word in self._words(data)]
        if not CODES.issuperset(words) or len(words) > MAX_LANGUAGES:
            raise ValidationError(self.error_messages["unknown"])
        return ",".join(dict.fromkeys(words))
