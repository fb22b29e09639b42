"""The rows in the admin: one line; it is the probe of the admin, not of the resource."""

from django.contrib import admin

from fortunes.models import Fortune


admin.site.register(Fortune)
