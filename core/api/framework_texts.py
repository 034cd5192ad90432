"""The sentences of Django and REST framework that answers of the API contain.

Their translations stand in the catalogues of the project, which win over those of the
frameworks: these are missing in part, informal in Latvian, and ungrammatical in
places. A test finds a sentence that is not listed.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

# Of the fields of REST framework.
FIELD_TEXTS = (
    _("This field is required."),
    _("This field may not be null."),
    _("This field may not be blank."),
    _("Not a valid string."),
    _("Must be a valid boolean."),
    _("A valid integer is required."),
    _("A valid number is required."),
    _("Integer value too large to convert to float"),
    _("String value too large."),
    _('"{input}" is not a valid choice.'),
    _("Enter a valid email address."),
    _("Enter a valid URL."),
    _("Ensure this field has no more than {max_length} characters."),
    _("Ensure this field has at least {min_length} characters."),
    _("Ensure this field has at least {min_length} elements."),
    _("Ensure this value is less than or equal to {max_value}."),
    _("Ensure this value is greater than or equal to {min_value}."),
    _("Ensure that there are no more than {max_digits} digits in total."),
    _("Ensure that there are no more than {max_decimal_places} decimal places."),
    _(
        "Ensure that there are no more than {max_whole_digits} digits before the "
        "decimal point."
    ),
    _("Expected a datetime but got a date."),
    _("Datetime value out of range."),
    _('Invalid datetime for the timezone "{timezone}".'),
    _("Datetime has wrong format. Use one of these formats instead: {format}."),
    _('Expected a list of items but got type "{input_type}".'),
    _("This list may not be empty."),
    _('Expected a dictionary of items but got type "{input_type}".'),
    _("This dictionary may not be empty."),
    _("Invalid data. Expected a dictionary, but got {datatype}."),
    _("No file was submitted."),
    _("The submitted data was not a file. Check the encoding type on the form."),
    _("No filename could be determined."),
    _("The submitted file is empty."),
    _("Ensure this filename has at most {max_length} characters (it has {length})."),
    _("Surrogate characters are not allowed: U+{code_point:X}."),
    _('Unsupported media type "{media_type}" in request.'),
    _("Could not satisfy the request Accept header."),
)
# Of the validators and the form fields of Django, which filters use.
FORM_TEXTS = (
    _("Null characters are not allowed."),
    _("Enter a valid value."),
    _("Enter a number."),
    _("Select a valid choice. %(value)s is not one of the available choices."),
    _("Ensure this value is less than or equal to %(limit_value)s."),
    _("Ensure this value is greater than or equal to %(limit_value)s."),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has "
        "%(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has "
        "%(show_value)d).",
        "limit_value",
    ),
    _("This password is too common."),
    _("This password is entirely numeric."),
)
