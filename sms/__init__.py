"""The app of text messages (SMS): each is sent at most once, within limits of cost.

It knows numbers and texts, and no users. Callers use `sms.services` and `sms.numbers`.
"""
