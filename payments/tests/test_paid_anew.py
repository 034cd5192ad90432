"""A thing is paid again while the bank still decides about its last payment."""

import pytest

from payments import examination, services
from payments.exceptions import PaymentDisputed
from payments.models import Payment, SandboxObject
from payments.providers import sandbox
from payments.services import Payable
from payments.tests.histories import History

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(run_jobs) -> History:
    return History(run_jobs)


def pay_anew(payment: Payment, history: History) -> Payment:
    thing = ("task", payment.subject_id, "Windows", payment.payer, payment.payee)
    anew = history.after(services.start(Payable(*thing, 5000, "EUR")))
    sandbox.pay(anew.intent_id)
    return history.after(anew)


@pytest.mark.parametrize("ending", ["recovering", "written_off"])
def test_what_was_released_and_is_contested_is_not_paid_anew(history, ending):
    """E14: won, it is released again: the payee would be paid twice."""
    payment = history.make(ending)
    with pytest.raises(PaymentDisputed):
        pay_anew(payment, history)


def test_what_is_won_after_it_was_paid_anew_goes_back_to_the_payer(history):
    """E14: they have paid for the same thing twice."""
    payment = history.make("lost")
    anew = pay_anew(payment, history)
    dispute = SandboxObject.objects.get(kind="dispute")
    sandbox.close_dispute(dispute.object_id, is_won=True)
    assert history.after(payment).status == "refunded"
    assert history.after(anew).status == "held"
    assert list(examination.examine()) == []
