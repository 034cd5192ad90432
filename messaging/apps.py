from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "messaging"

    def ready(self):
        from accounts import presence
        from messaging import blocks

        if blocks.parting not in presence.hides:
            presence.hides.append(blocks.parting)
